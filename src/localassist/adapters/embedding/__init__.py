"""Texts to vectors, and passages ranked again: embedding models and rerankers."""
