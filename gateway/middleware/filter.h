// Filter and wrapper: what a middleware may be, and MiddlewareType: how one is made from its
// settings. A filter looks at a request before the service and at its answer afterwards; a wrapper
// is a service that owns the decision whether and how the next one is asked. Both are made by Plan
// for one loop, live as long as it, and hold no state of a request: what must survive a reload is
// kept in Memory.
#pragma once
#include <memory>
#include <string_view>

#include "base/async/task.h"
#include "base/http/service.h"
#include "base/schema/catalog.h"

namespace vaettir::gateway {

class Exchange;
class Memory;

enum class Step : std::uint8_t {
  kContinue,
  kAnswered,  // the filter has answered or refused: what is further in never sees the request
};

class Filter {
 public:
  virtual ~Filter() = default;
  virtual Task<Step> on_request(Exchange&) { return Step::kContinue; }
  // In reverse order, for every filter that was entered, whoever answered.
  virtual Task<void> on_response(Exchange&) { return {}; }
};

// What a middleware is made with.
struct Surroundings {
  std::string_view name;   // "france-only@file"
  std::uint64_t hash = 0;  // of its settings: with the name the key of its memory
  Memory& memory;
};

struct MiddlewareType {
  schema::CatalogEntry entry;
  // One of the two.
  std::unique_ptr<Filter> (*filter)(const schema::Settings&, const Surroundings&) = nullptr;
  std::unique_ptr<http::Service> (*wrapper)(const schema::Settings&, const Surroundings&,
                                            http::Service& next) = nullptr;
};

// A filter's constructor takes its Config, which lives as long as the filter, and Surroundings
// where it has memory.
template <class F, class Config>
consteval MiddlewareType filter(std::string_view name, std::string_view help) {
  return {.entry = schema::catalog_entry<Config>(name, help),
          .filter = [](const schema::Settings& settings,
                       const Surroundings& around) -> std::unique_ptr<Filter> {
            if constexpr (std::is_constructible_v<F, const Config&, const Surroundings&>) {
              return std::make_unique<F>(settings.as<Config>(), around);
            } else {
              return std::make_unique<F>(settings.as<Config>());
            }
          }};
}

template <class W, class Config>
consteval MiddlewareType wrapper(std::string_view name, std::string_view help) {
  return {.entry = schema::catalog_entry<Config>(name, help),
          .wrapper = [](const schema::Settings& settings, const Surroundings& around,
                        http::Service& next) -> std::unique_ptr<http::Service> {
            return std::make_unique<W>(settings.as<Config>(), around, next);
          }};
}

}  // namespace vaettir::gateway
