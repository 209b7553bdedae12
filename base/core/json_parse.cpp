// json::parse: simdjson reads, this file builds Values from its tape.
#include <simdjson.h>

#include "base/core/json_parts.h"

namespace vaettir::json {
namespace {

namespace dom = simdjson::dom;

// simdjson's own default, and what recursion over its tape is safe with (about 200 bytes a level).
static_assert(simdjson::DEFAULT_MAX_DEPTH <= 1024);

// One document. Scratch lists instead of one vector per container: children are collected at the
// end of a list and moved into their container when it is complete.
class Builder {
 public:
  Value build(const dom::element& element) {
    switch (element.type()) {
      case dom::element_type::OBJECT:
        return object(element.get_object().value_unsafe());
      case dom::element_type::ARRAY:
        return array(element.get_array().value_unsafe());
      case dom::element_type::STRING:
        return Value(element.get_string().value_unsafe());
      case dom::element_type::INT64:
        return Value(element.get_int64().value_unsafe());
      case dom::element_type::UINT64:
        return Value(element.get_uint64().value_unsafe());
      case dom::element_type::DOUBLE:
        return Value(element.get_double().value_unsafe());
      case dom::element_type::BOOL:
        return Value(element.get_bool().value_unsafe());
      case dom::element_type::NULL_VALUE:
        break;
    }
    return Value(nullptr);
  }

 private:
  Value array(const dom::array& array) {
    std::size_t start = elements_.size();
    for (const dom::element& each : array) elements_.push_back(build(each));
    Value out = detail::make_array(std::span(elements_).subspan(start));
    elements_.resize(start);
    return out;
  }

  Value object(const dom::object& object) {
    std::size_t start = members_.size();
    for (const auto& [name, value] : object) {
      Value key = key_of(name);
      members_.push_back({std::move(key), build(value)});
    }
    Value out = detail::make_object(std::span(members_).subspan(start));
    members_.resize(start);
    return out;
  }

  // Items repeat their keys: the long ones are stored once for a document.
  Value key_of(std::string_view name) {
    if (name.size() <= ValueAccess::kMaxInline) return ValueAccess::inline_text(name);
    auto first = static_cast<unsigned char>(name.front());
    auto last = static_cast<unsigned char>(name.back());
    Value& slot = long_keys_[(name.size() * 31 + first * 7u + last) % long_keys_.size()];
    if (!slot.is_string() || slot.string() != name) slot = Value(name);
    return slot;
  }

  std::vector<Value> elements_;
  std::vector<Member> members_;
  std::array<Value, 64> long_keys_;
};

// simdjson makes an integer 0 of "-0", which JavaScript tells from 0 (1 / -0). A hit inside of a
// string only costs the slower parser.
bool may_hold_negative_zero(std::string_view text) {
  for (std::size_t at = text.find("-0"); at != std::string_view::npos;
       at = text.find("-0", at + 2)) {
    const char before = at == 0 ? ',' : text[at - 1];
    const char after = at + 2 < text.size() ? text[at + 2] : ',';
    constexpr std::string_view kBefore = ",:[ \t\r\n", kAfter = ",]} \t\r\n";
    if (kBefore.find(before) != kBefore.npos && kAfter.find(after) != kAfter.npos) return true;
  }
  return false;
}

// nullopt: refused, whatever the reason; the careful parser accepts it or says why not.
std::optional<Value> parse_fast(dom::parser& parser, std::string_view text) {
  dom::element root;
  // Copies the text to get the padding that simdjson reads beyond its end.
  if (parser.parse(text.data(), text.size(), true).get(root) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return Builder().build(root);
}

}  // namespace

Result<Value> parse(std::string_view text) {
  // A parser that is used again saves two allocations; above this size they no longer matter, and
  // a thread must not keep the memory of the largest document it ever saw.
  constexpr std::size_t kKeptParser = 256 * 1024;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (!may_hold_negative_zero(text)) {
    if (text.size() <= kKeptParser) {
      static thread_local dom::parser kept;  // scratch alone: carries nothing from call to call
      if (auto value = parse_fast(kept, text)) return *std::move(value);
    } else {
      dom::parser once;
      if (auto value = parse_fast(once, text)) return *std::move(value);
    }
  }
  return detail::parse_carefully(text);
}

}  // namespace vaettir::json
