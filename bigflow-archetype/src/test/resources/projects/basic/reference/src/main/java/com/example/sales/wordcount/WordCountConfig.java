package com.example.sales.wordcount;

import io.smallrye.config.ConfigMapping;

/** The keys {@code wordcount.*} of the job configuration. */
@ConfigMapping(prefix = "wordcount")
public interface WordCountConfig {

  /** The text: {@code classpath:} and a file of this project, a path, or {@code gs://}. */
  String input();

  /** The file that gets the counts: a path or {@code gs://}. It is overwritten. */
  String output();
}
