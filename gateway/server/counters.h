// Counters: the gateway's own metrics that are not a router's. Made once; any thread adds.
#pragma once
#include <array>
#include <string_view>

#include "base/core/cause.h"
#include "base/observe/metrics.h"

namespace vaettir::gateway {

// The series of one router or entry point: requests by the first digit of their status.
struct RequestSeries {
  RequestSeries() = default;
  // `labels` name the series; the same labels find the same series again.
  RequestSeries(observe::Registry& metrics, std::string_view name, std::string_view help,
                const observe::Labels& labels);
  void count(std::uint16_t status) const {
    const std::size_t digit = status / 100;
    by_class_[digit >= 1 && digit <= 5 ? digit - 1 : 4]->add();
  }

 private:
  std::array<observe::Counter*, 5> by_class_{};
};

class Counters {
 public:
  explicit Counters(observe::Registry& metrics);

  void refused(Cause cause) { by_cause_[static_cast<std::size_t>(cause)]->add(); }

  observe::Gauge& route_tables;
  observe::Gauge& generation;
  observe::Counter& reloads_applied;
  observe::Counter& reloads_failed;
  observe::Counter& upstream_retries;

 private:
  static constexpr std::size_t kCauses = static_cast<std::size_t>(Cause::kInternal) + 1;
  std::array<observe::Counter*, kCauses> by_cause_{};
};

}  // namespace vaettir::gateway
