"""What does every generated client share? These files: they are copied into the package as they are."""
