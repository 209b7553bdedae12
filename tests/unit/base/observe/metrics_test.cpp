#include "base/observe/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

namespace vaettir::observe {
namespace {

TEST(Metrics, SpeakPrometheus) {
  Registry registry;
  registry
      .counter("vaettir_requests_total", "Requests.", {{"code", "200"}, {"router", "a\"b\\c\nd"}})
      .add(3);
  registry.counter("vaettir_requests_total", "Requests.", {{"code", "404"}}).add();
  registry.gauge("vaettir_open", "Open\nconnections \\ streams.").set(-2);
  registry.reading("vaettir_lag", "Lag.", {}, [] { return HUGE_VAL; });
  const double bounds[] = {0.1, 1};
  Histogram& seconds = registry.histogram("vaettir_seconds", "Time.", {{"node", "Set"}}, bounds);
  seconds.observe(0.1);
  seconds.observe(0.5);
  seconds.observe(0.5);
  seconds.observe(7);
  EXPECT_EQ(registry.text(),
            "# HELP vaettir_lag Lag.\n"
            "# TYPE vaettir_lag gauge\n"
            "vaettir_lag +Inf\n"
            "# HELP vaettir_open Open\\nconnections \\\\ streams.\n"
            "# TYPE vaettir_open gauge\n"
            "vaettir_open -2\n"
            "# HELP vaettir_requests_total Requests.\n"
            "# TYPE vaettir_requests_total counter\n"
            "vaettir_requests_total{code=\"200\",router=\"a\\\"b\\\\c\\nd\"} 3\n"
            "vaettir_requests_total{code=\"404\"} 1\n"
            "# HELP vaettir_seconds Time.\n"
            "# TYPE vaettir_seconds histogram\n"
            "vaettir_seconds_bucket{node=\"Set\",le=\"0.1\"} 1\n"
            "vaettir_seconds_bucket{node=\"Set\",le=\"1\"} 3\n"
            "vaettir_seconds_bucket{node=\"Set\",le=\"+Inf\"} 4\n"
            "vaettir_seconds_sum{node=\"Set\"} 8.1\n"
            "vaettir_seconds_count{node=\"Set\"} 4\n");
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameSeries) {
  Registry registry;
  Counter& first = registry.counter("a_total", "A.", {{"x", "1"}});
  EXPECT_EQ(&registry.counter("a_total", "A.", {{"x", "1"}}), &first);
  EXPECT_NE(&registry.counter("a_total", "A.", {{"x", "2"}}), &first);
  Histogram& histogram = registry.histogram("h", "H.");
  EXPECT_EQ(&registry.histogram("h", "H."), &histogram);
  EXPECT_EQ(Registry().text(), "");
}

TEST(Metrics, CountFromManyThreads) {
  Registry registry;
  Counter& counter = registry.counter("n_total", "N.");
  Gauge& gauge = registry.gauge("g", "G.");
  Histogram& histogram = registry.histogram("h", "H.");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        counter.add();
        histogram.observe(0.5);
        Counted open(gauge);
        Counted moved = std::move(open);
        if (i % 1000 == 0) EXPECT_NE(registry.text(), "");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40'000u);
  EXPECT_EQ(gauge.value(), 0);
  EXPECT_EQ(histogram.sum(), 20'000.0);
  std::uint64_t all = 0;
  for (std::uint64_t count : histogram.counts()) all += count;
  EXPECT_EQ(all, 40'000u);
}

TEST(MetricsDeathTest, ANameHasOneTypeAndIsOne) {
  Registry registry;
  registry.counter("a_total", "A.");
  EXPECT_DEATH(registry.gauge("a_total", "A."), "broken invariant");
  EXPECT_DEATH(registry.gauge("a-b", "A."), "broken invariant");
  EXPECT_DEATH(registry.gauge("a", "A.", {{"0x", "y"}}), "broken invariant");
}

}  // namespace
}  // namespace vaettir::observe
