"""Are positions of crews judged, kept and given back as they should be, whatever is away?"""
