"""What does the goods and services tax ask of our documents? Numbers, places, rates, words and registration."""
