package com.example;

final class Plain {}
