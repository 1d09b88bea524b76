"""Papers: identifiers, versions, authors, artefacts, merging of records, and the catalogue that keeps them."""
