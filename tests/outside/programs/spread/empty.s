// Without a file like this, a function that another package defines cannot be declared.
