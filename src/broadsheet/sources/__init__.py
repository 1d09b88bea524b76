"""Sources: where records come from, each as wire shape, parser and adapter; harvesting them; importing files."""
