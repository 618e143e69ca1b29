"""What is computed once from an article: language, words, MinHash signature, samples of rare phrases."""
