"""Recorded calls against today's version: what would it do differently?"""
