#include "base/observe/span.h"

#include <bit>
#include <cstring>

#include "base/core/text.h"

namespace vaettir::observe {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;  // upper case is not allowed in a traceparent
}

bool read_hex(std::string_view text, std::span<unsigned char> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return true;
}

std::string hex(std::span<const unsigned char> bytes) {
  return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

class NullSpanSink final : public SpanSink {
 public:
  void record(Span) override {}
};

}  // namespace

std::string TraceId::text() const { return hex(bytes); }
std::string SpanId::text() const { return hex(bytes); }

std::optional<TraceContext> parse_traceparent(std::string_view text) {
  if (text.size() < kTraceparentSize) return std::nullopt;
  unsigned char version = 0, flags = 0;
  TraceContext out;
  if (!read_hex(text, {&version, 1}) || text[2] != '-') return std::nullopt;
  if (!read_hex(text.substr(3), out.trace.bytes) || text[35] != '-') return std::nullopt;
  if (!read_hex(text.substr(36), out.span.bytes) || text[52] != '-') return std::nullopt;
  if (!read_hex(text.substr(53), {&flags, 1}) || !out.valid()) return std::nullopt;
  // Version 0 ends here; a later one may go on behind another dash; 255 is no version.
  if (version == 0xff || (version == 0 && text.size() != kTraceparentSize)) return std::nullopt;
  if (text.size() > kTraceparentSize && text[kTraceparentSize] != '-') return std::nullopt;
  out.sampled = (flags & 1) != 0;
  return out;
}

std::string traceparent(const TraceContext& context) {
  std::string out;
  out.reserve(kTraceparentSize);
  out += "00-";
  out += context.trace.text();
  out += '-';
  out += context.span.text();
  out += context.sampled ? "-01" : "-00";
  return out;
}

TraceIds::TraceIds(Entropy& entropy) {
  unsigned char seed[sizeof state_];
  entropy.fill(seed);
  std::memcpy(state_.data(), seed, sizeof seed);
  state_[0] |= 1;  // all zero is the one state the generator cannot leave
}

// xoshiro256++ (Blackman and Vigna): a few cycles, period 2^256 - 1.
std::uint64_t TraceIds::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

TraceContext TraceIds::new_trace(bool sampled) {
  TraceContext out;
  const std::uint64_t words[2] = {next(), next() | 1};  // never all zero
  std::memcpy(out.trace.bytes.data(), words, sizeof words);
  out.sampled = sampled;
  return child(out);
}

TraceContext TraceIds::child(const TraceContext& parent) {
  TraceContext out = parent;
  std::uint64_t word = 0;
  while (word == 0) word = next();
  std::memcpy(out.span.bytes.data(), &word, sizeof word);
  return out;
}

void Span::set(std::string_view key, json::Value value) {
  if (recording()) attributes.emplace_back(std::string(key), std::move(value));
}

void Span::failed(std::string_view text) {
  if (!recording()) return;
  status = SpanStatus::kError;
  status_text = text;
}

void Span::finish(WallTime now, SpanSink& sink) && {
  if (!recording()) return;
  end = now;
  sink.record(std::move(*this));
}

Span server_span(std::string name, const std::optional<TraceContext>& caller, bool sample,
                 TraceIds& ids, WallTime now) {
  Span out;
  out.name = std::move(name);
  out.kind = SpanKind::kServer;
  out.start = now;
  out.context = caller ? ids.child(*caller) : ids.new_trace(sample);
  if (caller) out.parent = caller->span;
  return out;
}

Span child_span(std::string name, SpanKind kind, const Span& parent, TraceIds& ids, WallTime now) {
  Span out;
  out.name = std::move(name);
  out.kind = kind;
  out.start = now;
  out.context = ids.child(parent.context);
  out.parent = parent.context.span;
  return out;
}

SpanSink& null_span_sink() {
  static NullSpanSink sink;  // without state
  return sink;
}

}  // namespace vaettir::observe
