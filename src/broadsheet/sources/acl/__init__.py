"""The ACL Anthology: papers of computational linguistics, from the XML that the anthology itself is made of."""
