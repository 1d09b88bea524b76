"""bioRxiv and medRxiv: preprints of biology and medicine, day by day, with their versions."""
