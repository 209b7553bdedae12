#include "base/schema/reader.h"

#include <charconv>
#include <span>

#include "base/core/text.h"

namespace vaettir::schema {
namespace {

std::string number_text(double number) {
  return number == static_cast<double>(static_cast<std::int64_t>(number))
             ? fmt::format("{}", static_cast<std::int64_t>(number))
             : fmt::format("{}", number);
}

// Decimal, or what YAML 1.2 also calls an integer: 0x1F, 0o17, a leading plus.
template <class T>
std::optional<T> integer_of(std::string_view text) {
  int base = 10;
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with("0x")) base = 16;
  if (text.starts_with("0o")) base = 8;
  if (base != 10) text.remove_prefix(2);
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// `reusePort: false` or `rootCAs: []` describe what happens anyway.
bool asks_for_nothing(const Node& node) {
  bool off = node.kind == Node::Kind::kBoolean && lower(node.text) == "false";
  return node.is_null() || off || (node.is_sequence() && node.elements.empty());
}

std::string known_list(std::span<const std::string_view> names) {
  return fmt::format("known: {}", fmt::join(names, ", "));
}

}  // namespace

namespace detail {

bool must_be(const Node& node, const Field& field, std::string_view what, std::string hint) {
  if (hint.empty() && !node.is_scalar()) hint = fmt::format("this is {}", node.kind_name());
  field.report.error(node.at, fmt::format("'{}' must be {}", field.name, what), std::move(hint));
  field.report.silence(node.at);
  return false;
}

// Go's strconv.ParseBool, as Traefik reads booleans everywhere.
bool read_bool(const Node& node, bool& out, const Field& field) {
  if (node.is_scalar()) {
    for (std::string_view each : {"1", "t", "T", "TRUE", "true", "True"}) {
      if (node.text == each) return out = true;
    }
    for (std::string_view each : {"0", "f", "F", "FALSE", "false", "False"}) {
      if (node.text != each) continue;
      out = false;
      return true;
    }
  }
  return must_be(node, field, "a boolean", node.is_scalar() ? "true or false" : "");
}

bool read_signed(const Node& node, std::int64_t& out, const Field& field, std::int64_t min,
                 std::int64_t max) {
  std::optional<std::int64_t> value;
  if (node.is_scalar()) value = integer_of<std::int64_t>(node.text);
  if (!value) return must_be(node, field, "an integer");
  if (*value < min || *value > max) {
    return must_be(node, field, fmt::format("between {} and {}", min, max));
  }
  out = *value;
  return true;
}

bool read_unsigned(const Node& node, std::uint64_t& out, const Field& field, std::uint64_t max) {
  std::optional<std::uint64_t> value;
  if (node.is_scalar()) value = integer_of<std::uint64_t>(node.text);
  if (!value || *value > max) {
    bool number = node.is_scalar() && (value || node.text.starts_with('-'));
    return must_be(node, field, number ? fmt::format("between 0 and {}", max) : "an integer");
  }
  out = *value;
  return true;
}

bool read_double(const Node& node, double& out, const Field& field) {
  double value = 0;
  std::string_view text = node.text;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  if (!node.is_scalar() || !whole) return must_be(node, field, "a number");
  out = value;
  return true;
}

bool read_text(const Node& node, std::string& out, const Field& field) {
  if (!node.is_scalar()) return must_be(node, field, "text");
  out = node.text;
  return true;
}

bool read_secret(const Node& node, Secret& out, const Field& field) {
  if (!node.is_scalar()) return must_be(node, field, "text");
  field.report.conceal(node.at);
  out = Secret(node.text);
  return true;
}

bool read_duration(const Node& node, Duration& out, const Field& field) {
  std::optional<Duration> value;
  if (node.is_scalar()) value = parse_duration(node.text);
  if (!value) return must_be(node, field, "a duration", "such as 500ms, 10s or 5m");
  out = *value;
  return true;
}

bool read_bytes(const Node& node, ByteSize& out, const Field& field) {
  std::optional<ByteSize> value;
  if (node.is_scalar()) value = ByteSize::parse(node.text);
  if (!value) return must_be(node, field, "a number of bytes", "such as 65536, 64KiB or 1MB");
  out = *value;
  return true;
}

std::string entry_phrase(std::string_view field, std::string_view key) {
  if (field.ends_with('s')) field.remove_suffix(1);
  return fmt::format("{} '{}'", field, key);
}

}  // namespace detail

Reader::Reader(const Node& node, Report& report, const Owner& owner)
    : node_(node), report_(report), owner_(owner) {
  if (!node.is_mapping() && !node.is_null()) {
    report_.error(node.at, owner_.phrase + " must be a mapping",
                  fmt::format("this is {}", node.kind_name()));
    ok_ = false;
  }
}

const Entry* Reader::take(std::string_view name) {
  known_.push_back(name);
  const Entry* found = nullptr;
  for (const Entry& each : node_.entries) {
    if (!equal_ignoring_case(each.key, name)) continue;
    if (found != nullptr) {
      report_.error(
          each.key_at, fmt::format("'{}' is there twice", name),
          fmt::format("first in line {}, upper and lower case are the same", found->key_at.line));
      ok_ = false;
      continue;
    }
    found = &each;
  }
  return found;
}

void Reader::missing(std::string_view name) {
  if (!node_.is_mapping() && !node_.is_null()) return;  // said already
  report_.error(owner_.at, fmt::format("{}{} needs '{}'", owner_.context, owner_.phrase, name));
  ok_ = false;
}

void Reader::empty_struct(const Entry& entry) {
  report_.warning(entry.key_at, fmt::format("'{}' is empty and has no effect", entry.key),
                  fmt::format("write '{}: {{}}' to switch it on", entry.key));
}

void Reader::complain(const Entry& entry, std::string message, std::string hint) {
  report_.error(entry.value.at, fmt::format("'{}' {}", entry.key, message), std::move(hint));
  ok_ = false;
}

void Reader::out_of_range(const Entry& entry, const Range& range) {
  complain(entry, fmt::format("must be between {} and {}", number_text(range.min),
                              number_text(range.max)));
}

void Reader::check(const Entry& entry, std::string& value, const OneOf& allowed) {
  for (std::string_view each : allowed.values) {
    if (!equal_ignoring_case(each, value)) continue;
    value = each;
    return;
  }
  complain(entry, fmt::format("cannot be '{}'", entry.value.shown()),
           fmt::format("one of: {}", fmt::join(allowed.values, ", ")));
}

void Reader::not_yet(NotYet& seen, std::string_view consequence,
                     std::initializer_list<std::string_view> names) {
  for (std::string_view each : names) {
    const Entry* entry = take(each);
    if (entry == nullptr || asks_for_nothing(entry->value)) continue;
    seen.keys.emplace_back(each);
    report_.notice(entry->key_at, fmt::format("'{}' is not yet supported", each),
                   std::string(consequence));
  }
}

void Reader::unsupported(std::string_view name, std::string_view instead) {
  const Entry* entry = take(name);
  if (entry == nullptr) return;
  report_.isolated_error(entry->key_at, fmt::format("'{}' is not supported", name),
                         fmt::format("instead {}", instead));
}

bool Reader::finish() {
  for (const Entry& each : node_.entries) {
    auto same = [&](std::string_view name) { return equal_ignoring_case(name, each.key); };
    if (std::any_of(known_.begin(), known_.end(), same)) continue;
    auto meant = nearest(each.key, known_);
    report_.error(each.key_at, fmt::format("{} has no field '{}'", owner_.phrase, each.key),
                  meant ? fmt::format("did you mean '{}'?", *meant) : known_list(known_));
    ok_ = false;
  }
  return ok_;
}

}  // namespace vaettir::schema
