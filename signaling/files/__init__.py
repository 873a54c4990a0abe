"""Photos and documents: checked, cleaned, encrypted at rest, purged on their date."""
