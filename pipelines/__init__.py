"""The world: audio, engines, back offices, recordings. Makes events, carries out actions."""
