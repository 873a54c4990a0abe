"""The citizens' side: conversations, who writes along, documents, what they see."""
