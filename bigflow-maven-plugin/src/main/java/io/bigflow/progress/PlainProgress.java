// SPDX-License-Identifier: Apache-2.0
package io.bigflow.progress;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Progress as plain text. A step has an opening line, and a closing line with counts, duration and
 * rate. Between them a terminal shows one counter that is written over; elsewhere, where every line
 * stays, there is a line at most every two seconds.
 */
public final class PlainProgress implements Progress {
  private static final double BYTES_PER_MEGABYTE = 1_000_000;

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(2);
  private static final Duration BETWEEN_STATUS = Duration.ofMillis(100);

  private final LineSink sink;
  private final @Nullable StatusLine status;
  private final LongSupplier nanoTime;
  // All that write to a terminal do so in turn, or a line would be added to a status.
  private final Object turn;

  private PlainProgress(LineSink sink, @Nullable StatusLine status, LongSupplier nanoTime) {
    this.sink = sink;
    this.status = status;
    this.nanoTime = nanoTime;
    this.turn = status == null ? this : status;
  }

  /**
   * For output that is kept, as in CI.
   *
   * @param nanoTime the clock, {@code System::nanoTime}
   */
  public static PlainProgress lines(LineSink sink, LongSupplier nanoTime) {
    return new PlainProgress(sink, null, nanoTime);
  }

  /**
   * For a person at a terminal.
   *
   * @param status the last line of the terminal to which the sink writes too
   * @param nanoTime the clock, {@code System::nanoTime}
   */
  public static PlainProgress terminal(LineSink sink, StatusLine status, LongSupplier nanoTime) {
    return new PlainProgress(sink, status, nanoTime);
  }

  @Override
  public void say(String line) {
    synchronized (turn) {
      clearStatus();
      sink.info(line);
    }
  }

  @Override
  public void warn(String line) {
    synchronized (turn) {
      clearStatus();
      sink.warn(line);
    }
  }

  @Override
  public void detail(String line) {
    synchronized (turn) {
      // What nobody sees must not make the status flicker.
      if (sink.showsDebug()) {
        clearStatus();
      }
      sink.debug(line);
    }
  }

  @Override
  public Step step(String name, long total, Unit unit) {
    say(total > 0 ? name + " (" + amount(total, unit) + ")" : name);
    return new Counter(name, total, unit, nanoTime.getAsLong());
  }

  private static String amount(long number, Unit unit) {
    return switch (unit) {
      case ITEMS -> Long.toString(number);
      case BYTES -> String.format(Locale.ROOT, "%.1f MB", number / BYTES_PER_MEGABYTE);
    };
  }

  private void clearStatus() {
    if (status != null) {
      status.clear();
    }
  }

  private final class Counter implements Step {
    private final String name;
    private final long total;
    private final Unit unit;
    private final long start;
    private long done;
    private long shownAt;
    private boolean closed;

    Counter(String name, long total, Unit unit, long start) {
      this.name = name;
      this.total = total;
      this.unit = unit;
      this.start = start;
      this.shownAt = start;
    }

    @Override
    public void advance(long units) {
      synchronized (turn) {
        done += units;
        long now = nanoTime.getAsLong();
        Duration pause = status == null ? BETWEEN_LINES : BETWEEN_STATUS;
        // The last unit needs no line of its own: the closing line follows.
        if (closed || now - shownAt < pause.toNanos() || done == total) {
          return;
        }
        shownAt = now;
        String text = "  " + name + ": " + count() + rate(now - start);
        if (status == null) {
          sink.info(text);
        } else {
          status.show(text);
        }
      }
    }

    @Override
    public void close() {
      synchronized (turn) {
        if (closed) {
          return;
        }
        closed = true;
        clearStatus();
        long elapsed = nanoTime.getAsLong() - start;
        String time = " in " + Elapsed.text(Duration.ofNanos(elapsed));
        sink.info(
            total == 0 && done == 0
                ? name + ": done" + time
                : name + ": " + count() + time + rate(elapsed));
      }
    }

    private String count() {
      String so = amount(done, unit);
      return total > 0 ? so + " of " + amount(total, unit) : so;
    }

    // Over a moment a rate says nothing, and of a few slow units the time says more.
    private String rate(long nanos) {
      return nanos < Duration.ofMillis(100).toNanos() || done < nanos / 1e9
          ? ""
          : String.format(Locale.ROOT, " (%s/s)", perSecond(done * 1e9 / nanos));
    }

    private String perSecond(double units) {
      return unit == Unit.BYTES
          ? amount(Math.round(units), unit)
          : String.format(Locale.ROOT, "%.1f", units);
    }
  }
}
