// Spans: what belongs together across processes (TraceContext, W3C Trace Context) and what took how
// long (Span). A Span is a value owned by whoever does the work; finish() hands it to a SpanSink.
// Nothing here waits or touches the network.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/json.h"
#include "base/core/system.h"
#include "base/core/time.h"

namespace vaettir::observe {

struct TraceId {
  std::array<unsigned char, 16> bytes{};
  bool valid() const { return bytes != decltype(bytes){}; }
  std::string text() const;  // 32 lower-case hexadecimal digits
  friend bool operator==(const TraceId&, const TraceId&) = default;
};

struct SpanId {
  std::array<unsigned char, 8> bytes{};
  bool valid() const { return bytes != decltype(bytes){}; }
  std::string text() const;  // 16 lower-case hexadecimal digits
  friend bool operator==(const SpanId&, const SpanId&) = default;
};

// Where one is in a trace: goes on the wire as the field `traceparent`.
struct TraceContext {
  TraceId trace;
  SpanId span;
  bool sampled = false;
  bool valid() const { return trace.valid() && span.valid(); }
  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

inline constexpr std::size_t kTraceparentSize = 55;
// W3C Trace Context section 3.2.2: nullopt for what must be ignored (a new trace is begun then).
std::optional<TraceContext> parse_traceparent(std::string_view text);
std::string traceparent(const TraceContext& context);

// Makes ids from a generator seeded once: they must be unique, not secret, and a request has no
// system call to spare. One per loop; not for several threads.
class TraceIds {
 public:
  explicit TraceIds(Entropy& entropy);
  TraceContext new_trace(bool sampled);
  // The same trace, a new span.
  TraceContext child(const TraceContext& parent);

 private:
  std::uint64_t next();
  std::array<std::uint64_t, 4> state_;
};

enum class SpanKind : std::uint8_t { kInternal = 1, kServer = 2, kClient = 3 };  // as in OTLP
enum class SpanStatus : std::uint8_t { kUnset = 0, kOk = 1, kError = 2 };        // as in OTLP

class SpanSink;

struct Span {
  TraceContext context;
  SpanId parent;  // not valid: the first of its trace in this process and everywhere
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  WallTime start{};
  WallTime end{};
  std::vector<std::pair<std::string, json::Value>> attributes;
  SpanStatus status = SpanStatus::kUnset;
  std::string status_text;  // with kError: what went wrong

  // Attributes and status are worth collecting: the trace is sampled.
  bool recording() const { return context.sampled; }
  void set(std::string_view key, json::Value value);
  void failed(std::string_view text);
  // Ends it and gives it away, if it is recording.
  void finish(WallTime now, SpanSink& sink) &&;
};

// A span that begins a trace or goes on with the caller's.
Span server_span(std::string name, const std::optional<TraceContext>& caller, bool sample,
                 TraceIds& ids, WallTime now);
Span child_span(std::string name, SpanKind kind, const Span& parent, TraceIds& ids, WallTime now);

class SpanSink {
 public:
  virtual ~SpanSink() = default;
  virtual void record(Span span) = 0;  // any thread; never blocks
};
// Forgets everything.
SpanSink& null_span_sink();

}  // namespace vaettir::observe
