// Metrics: counters, gauges and histograms with labels fixed when they are made. app/ makes one
// Registry and passes it by reference; who counts asks it once for its series, keeps the reference
// (valid as long as the Registry) and adds to it from any thread with relaxed atomics.
//   Counter& refused = registry.counter("vaettir_refused_total", "Requests refused.", {{"cause",
//   "no_route"}});
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vaettir::observe {

// Two loops that count in neighbouring series must not fight for one cache line.
inline constexpr std::size_t kCacheLine = 64;

class alignas(kCacheLine) Counter {
 public:
  void add(std::uint64_t count = 1) { count_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> count_{0};
};

// Goes up and down: what is there at this moment.
class alignas(kCacheLine) Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t delta) { value_.fetch_add(delta, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Counts one thing in a gauge while it lives.
class Counted {
 public:
  explicit Counted(Gauge& gauge) : gauge_(&gauge) { gauge_->add(1); }
  Counted(Counted&& other) noexcept : gauge_(std::exchange(other.gauge_, nullptr)) {}
  Counted& operator=(Counted&& other) noexcept {
    std::swap(gauge_, other.gauge_);
    return *this;
  }
  ~Counted() {
    if (gauge_) gauge_->add(-1);
  }

 private:
  Gauge* gauge_;
};

class alignas(kCacheLine) Histogram {
 public:
  // `bounds`: upper bounds, rising; a last bucket takes what is above all of them.
  explicit Histogram(std::span<const double> bounds);
  void observe(double value);
  std::span<const double> bounds() const { return bounds_; }
  // Of each bucket alone; one more than bounds.
  std::vector<std::uint64_t> counts() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

// Seconds of a request or a node run: from a static answer to one that people complain about.
inline constexpr double kSecondsBounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                            0.25,  0.5,    1,     2.5,  5,     10,   30};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The series of this name and these labels, made at the first call. Takes a lock: at start or
  // reload, not per request. Names as Prometheus has them ([a-zA-Z_:][a-zA-Z0-9_:]*), one type
  // each.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                       std::span<const double> bounds = kSecondsBounds);
  // A gauge that is asked when somebody looks; on that thread. What it reads outlives the Registry.
  void reading(std::string_view name, std::string_view help, const Labels& labels,
               std::function<double()> read);

  // Prometheus' text format 0.0.4, families by name. Any thread.
  std::string text() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram, kReading };
  struct Series;
  struct Family;
  Series& series(Kind kind, std::string_view name, std::string_view help, const Labels& labels);

  mutable std::mutex lock_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
};

}  // namespace vaettir::observe
