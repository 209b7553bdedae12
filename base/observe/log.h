// Log: what the program tells its operator: a level, a message, fields. Made by app/ over a
// LineSink and passed by reference; any thread may write at any time, none ever waits. Messages are
// lower case, fixed texts (so that they can be counted); what varies are fields. Secrets are never
// fields.
//   log.info("target moved", {{"target", name}, {"address", url}});
#pragma once
#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/core/result.h"
#include "base/core/system.h"
#include "base/observe/line_writer.h"

namespace vaettir::observe {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError, kSilent };

// "debug", "info", "warn" or "warning", "error" (also "fatal", "panic"), "silent"; any case: the
// names of Traefik's log.level and n8n's N8N_LOG_LEVEL.
std::optional<Level> level_named(std::string_view name);

enum class LogFormat : std::uint8_t {
  kJson,      // one object a line
  kText,      // for people
  kColoured,  // for people at a terminal
};
// Coloured where `fd` is a terminal that shows colours (NO_COLOR unset, TERM not "dumb"), plain
// text at other terminals, JSON everywhere else.
LogFormat format_for(int fd, const Environment& environment);

// A view: lives for the call it is written in.
struct Field {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  Field(std::string_view name, std::convertible_to<std::string_view> auto const& text)
      : key(name), value(std::string_view(text)) {}
  Field(std::string_view name, std::same_as<bool> auto fact) : key(name), value(fact) {}
  Field(std::string_view name, std::floating_point auto number)
      : key(name), value(static_cast<double>(number)) {}
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
  Field(std::string_view name, Integer number) : key(name) {
    if constexpr (std::signed_integral<Integer>) {
      value = static_cast<std::int64_t>(number);
    } else {
      value = static_cast<std::uint64_t>(number);
    }
  }
  Field(std::string_view name, Cause cause) : key(name), value(facts(cause).name) {}

  std::string_view key;
  Value value;
};
using Fields = std::initializer_list<Field>;

class Log {
 public:
  Log(LineSink& sink, WallClockSource& clock, Level level, LogFormat format)
      : sink_(sink), clock_(clock), level_(level), format_(format) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view message, Fields fields = {}) {
    write(Level::kDebug, message, fields);
  }
  void info(std::string_view message, Fields fields = {}) { write(Level::kInfo, message, fields); }
  void warn(std::string_view message, Fields fields = {}) {
    write(Level::kWarning, message, fields);
  }
  void error(std::string_view message, Fields fields = {}) {
    write(Level::kError, message, fields);
  }
  // With the fields cause, error (its text) and remedy before the others.
  void warn(std::string_view message, const Error& error, Fields fields = {}) {
    write(Level::kWarning, message, fields, &error);
  }
  void error(std::string_view message, const Error& error, Fields fields = {}) {
    write(Level::kError, message, fields, &error);
  }

  bool enabled(Level level) const { return level >= level_.load(std::memory_order_relaxed); }
  void set_level(Level level) { level_.store(level, std::memory_order_relaxed); }

 private:
  void write(Level level, std::string_view message, Fields fields, const Error* error = nullptr);
  std::string format(Level level, std::string_view message, Fields fields, const Error* error);
  void tell_of_drops();

  LineSink& sink_;
  WallClockSource& clock_;
  std::atomic<Level> level_;
  const LogFormat format_;
  std::atomic<std::uint64_t> drops_told_{0};
};

}  // namespace vaettir::observe
