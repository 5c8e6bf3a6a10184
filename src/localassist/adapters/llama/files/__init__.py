"""What is known of model files without loading them: their headers, what else they may be, how they fared."""
