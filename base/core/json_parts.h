// The inside of json::Value, for base/core/json_*.cpp alone: how the shared parts are laid out and
// made. A container is one allocation: Counted, its Values, and, where an object is large, an index
// of its members sorted by key. Sorted and not hashed: nobody can choose keys that make it slow.
#pragma once
#include "base/core/json.h"

namespace vaettir::json {

struct ValueAccess {
  static constexpr std::size_t kMaxInline = 14;
  static constexpr std::uint8_t kShared = Value::kShared;

  static bool is_shared(const Value& v) { return v.is_shared(); }
  static detail::Counted* shared(const Value& v) { return v.bits_.shared; }
  // Takes over the caller's ownership of `part`.
  static Value adopt(Type type, detail::Counted* part) {
    Value out;
    out.type_ = type;
    out.inline_size_ = kShared;
    out.bits_.shared = part;
    return out;
  }
  static Value empty(Type type) {
    Value out;
    out.type_ = type;
    return out;
  }
  static Value inline_text(std::string_view text) {
    assert(text.size() <= kMaxInline);
    Value out;
    out.type_ = Type::kString;
    out.inline_size_ = static_cast<std::uint8_t>(text.size());
    std::memcpy(inline_bytes(out), text.data(), text.size());
    return out;
  }
  static std::size_t inline_size(const Value& v) { return v.inline_size_; }
  static char* inline_bytes(Value& v) { return reinterpret_cast<char*>(&v) + kInlineOffset; }
  static const char* inline_bytes(const Value& v) {
    return reinterpret_cast<const char*>(&v) + kInlineOffset;
  }
  static bool same_bits(const Value& a, const Value& b) {
    std::uint64_t x[2], y[2];
    std::memcpy(x, &a, sizeof x);
    std::memcpy(y, &b, sizeof y);
    return x[0] == y[0] && x[1] == y[1];
  }

 private:
  static constexpr std::size_t kInlineOffset = 2;
};
static_assert(ValueAccess::kMaxInline + 2 == sizeof(Value));

namespace detail {

// Objects up to this size are searched member by member: 32 comparisons of 16 bytes cost less than
// the cache lines of an index.
inline constexpr std::size_t kLinearMembers = 32;

// A new part with one owner: `bytes` of room behind the head, `size` as Counted says.
Counted* allocate(std::size_t bytes, std::size_t size);
inline Value* slots(Counted* part) { return reinterpret_cast<Value*>(part + 1); }

// The one value that stands for "nothing there".
const Value& undefined_value();
// The elements are moved out of `elements`.
Value make_array(std::span<Value> elements);
// The members are moved out; duplicates and integer-like keys are put right.
Value make_object(std::span<Member> members);

// One code point of `text` from `at` on (moved behind it), surrogates included as WTF-8 has them;
// -1 (and one byte on) where there is none.
std::int32_t take_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& out, std::uint32_t code);

// As JavaScript writes a finite number; the longest is "-1.2345678901234567e-300".
inline constexpr std::size_t kMaxNumberText = 32;
std::size_t write_number(char* out, double number);

// The parser for what simdjson refuses. `text` has no BOM.
Result<Value> parse_carefully(std::string_view text);

}  // namespace detail
}  // namespace vaettir::json
