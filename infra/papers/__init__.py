"""How are tax documents rendered: as PDF, as a page, as a sheet?"""
