"""The world: audio in and out, engines, back offices, recordings. Makes events, carries out actions."""
