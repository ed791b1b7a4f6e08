"""The service desk: people who watch calls, take them over and read what is known of them."""
