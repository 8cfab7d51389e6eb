"""Do our documents say what the goods and services tax asks for?"""
