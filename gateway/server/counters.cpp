#include "gateway/server/counters.h"

namespace vaettir::gateway {

RequestSeries::RequestSeries(observe::Registry& metrics, std::string_view name,
                             std::string_view help, const observe::Labels& labels) {
  for (std::size_t digit = 1; digit <= by_class_.size(); digit++) {
    observe::Labels all = labels;
    all.emplace_back("code", fmt::format("{}xx", digit));
    by_class_[digit - 1] = &metrics.counter(name, help, all);
  }
}

Counters::Counters(observe::Registry& metrics)
    : route_tables(metrics.gauge("vaettir_route_tables",
                                 "Route tables in use: the current one and those of running "
                                 "exchanges")),
      generation(metrics.gauge("vaettir_config_generation", "Generation of the configuration")),
      reloads_applied(metrics.counter("vaettir_config_reloads_total", "Reloads by their result",
                                      {{"result", "applied"}})),
      reloads_failed(metrics.counter("vaettir_config_reloads_total", "Reloads by their result",
                                     {{"result", "failed"}})),
      upstream_retries(metrics.counter("vaettir_upstream_retries_total",
                                       "Requests sent again to the same or another server")) {
  for (const CauseFacts& each : all_causes()) {
    by_cause_[static_cast<std::size_t>(each.cause)] =
        &metrics.counter("vaettir_refusals_total", "Requests that were refused or failed, by cause",
                         {{"cause", std::string(each.name)}});
  }
}

}  // namespace vaettir::gateway
