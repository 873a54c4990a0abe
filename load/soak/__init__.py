"""The proof that not a word is lost: people write while everything is killed, and a judge compares what each holds."""
