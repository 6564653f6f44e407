"""What the user chose: options, the configuration file, keys, the look."""
