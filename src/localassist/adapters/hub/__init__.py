"""The Hugging Face hub: what models there are, and their files onto the disk.

The hub's addresses are asked directly. The client of `huggingface_hub` is one for the whole process: given ours, it
would open the hub to every library that uses it, past the switches that keep those offline.
"""
