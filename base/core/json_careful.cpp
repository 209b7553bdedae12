// The parser for documents that simdjson refuses: those that JavaScript takes all the same (lone
// surrogates, numbers out of range, deep nesting), and those that are wrong, for which it finds the
// place and the words. Without recursion: depth is a number here and no stack.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/core/json_parts.h"
#include "base/core/text.h"

namespace vaettir::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class CarefulParser {
 public:
  explicit CarefulParser(std::string_view text) : text_(text) {}

  Result<Value> parse() {
    if (!is_valid_utf8(text_)) return not_utf8();
    std::optional<Value> value = document();
    if (value) {
      skip_space();
      if (at_ == text_.size()) return *std::move(value);
      problem("the document ends before this");
    }
    return fail(Cause::kBadRequest, located());
  }

 private:
  struct Frame {
    bool object;
    std::size_t start;  // of its children in elements_ or members_
    Value key;          // of the member whose value is being read
  };

  // nullopt after any failure: problem() has been told.
  std::nullopt_t problem(std::string_view what) {
    if (what_.empty()) what_ = what;
    return std::nullopt;
  }

  std::string located() const {
    std::string_view before = text_.substr(0, at_);
    auto line = std::count(before.begin(), before.end(), '\n') + 1;
    std::size_t break_at = before.rfind('\n');
    if (break_at != std::string_view::npos) before.remove_prefix(break_at + 1);
    auto column = std::count_if(before.begin(), before.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // continuation bytes are no columns
    });
    return fmt::format("line {} column {}: {}", line, column + 1, what_);
  }

  Result<Value> not_utf8() {
    for (std::size_t next = 0; next < text_.size(); at_ = next) {
      std::int32_t code = detail::take_code_point(text_, next);
      if (code < 0 || (code >= 0xd800 && code <= 0xdfff)) break;
    }
    problem("bytes that are not UTF-8");
    return fail(Cause::kBadRequest, located());
  }

  std::optional<Value> document() {
    while (true) {
      std::optional<Value> value;
      if (!begin_value(value)) return std::nullopt;
      if (!value) continue;  // a container was opened: its first child comes next
      while (true) {
        if (frames_.empty()) return value;
        Frame& frame = frames_.back();
        if (frame.object) {
          members_.push_back({std::move(frame.key), *std::move(value)});
        } else {
          elements_.push_back(*std::move(value));
        }
        skip_space();
        if (take(',')) {
          if (frame.object && !member_name()) return std::nullopt;
          break;
        }
        if (!take(frame.object ? '}' : ']')) {
          return problem(frame.object ? "',' or '}' expected" : "',' or ']' expected");
        }
        value = close();
      }
    }
  }

  // False: a problem. True with a value: a scalar or an empty container. True without: opened.
  bool begin_value(std::optional<Value>& value) {
    skip_space();
    if (at_ == text_.size()) return problem("a value expected, not the end"), false;
    switch (const char c = text_[at_]) {
      case '{':
      case '[': {
        if (frames_.size() == kMaxDepth) return problem("nested too deeply"), false;
        ++at_;
        frames_.push_back({c == '{', c == '{' ? members_.size() : elements_.size(), Value()});
        skip_space();
        if (take(c == '{' ? '}' : ']')) {
          value = close();
          return true;
        }
        return c == '[' || member_name();
      }
      case '"':
        value = string();
        break;
      case 't':
        value = word("true", true);
        break;
      case 'f':
        value = word("false", false);
        break;
      case 'n':
        value = word("null", nullptr);
        break;
      default:
        value = number();
    }
    return value.has_value();
  }

  Value close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.object) {
      Value out = detail::make_object(std::span(members_).subspan(frame.start));
      members_.resize(frame.start);
      return out;
    }
    Value out = detail::make_array(std::span(elements_).subspan(frame.start));
    elements_.resize(frame.start);
    return out;
  }

  bool member_name() {
    skip_space();
    if (at_ == text_.size() || text_[at_] != '"') {
      return problem("a member's name in double quotes expected"), false;
    }
    std::optional<Value> name = string();
    if (!name) return false;
    skip_space();
    if (!take(':')) return problem("':' expected"), false;
    frames_.back().key = *std::move(name);
    return true;
  }

  std::optional<Value> word(std::string_view word, Value value) {
    if (!text_.substr(at_).starts_with(word)) return problem("a value expected");
    at_ += word.size();
    return value;
  }

  std::optional<Value> number() {
    const std::size_t start = at_;
    take('-');
    if (take('0')) {
      if (at_ < text_.size() && is_digit(text_[at_])) return problem("a number with a leading 0");
    } else if (!take_digits()) {
      return problem(at_ == start ? "a value expected" : "a digit expected");
    }
    if (take('.') && !take_digits()) return problem("a digit expected");
    if (take('e') || take('E')) {
      take('-') || take('+');
      if (!take_digits()) return problem("a digit expected");
    }
    return Value(number_of(text_.substr(start, at_ - start)));
  }

  static double number_of(std::string_view text) {
    double number = 0;
    auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec == std::errc{}) return number;
    // Out of range: by the exponent of the first digit that is not 0, beyond the largest number or
    // below the smallest.
    const bool negative = text.starts_with('-');
    std::size_t e = std::min(text.find_first_of("eE"), text.size());
    std::size_t point = std::min(text.find('.'), e);
    std::size_t first = text.find_first_of("123456789");
    std::string_view exponent = text.substr(std::min(e + 1, text.size()));
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const bool small = exponent.starts_with('-');
    constexpr std::int64_t kFar = std::int64_t{1} << 40;  // an exponent that is no integer any more
    std::int64_t power =
        exponent.empty() ? 0 : parse_integer(exponent).value_or(small ? -kFar * 2 : kFar * 2);
    power = std::clamp(power, -kFar * 2, kFar * 2);
    power += static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
    double out = power > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return negative ? -out : out;
  }

  std::optional<Value> string() {
    buffer_.clear();
    ++at_;
    while (true) {
      std::size_t start = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20) {
        ++at_;
      }
      if (at_ == text_.size()) return problem("a string that is not closed");
      buffer_.append(text_, start, at_ - start);
      if (take('"')) return Value(std::string_view(buffer_));
      if (!take('\\')) return problem("a control character in a string: write it as \\u00..");
      if (!escape()) return std::nullopt;
    }
  }

  bool escape() {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    if (c == 'u') return unicode_escape();
    std::size_t index = c == '\0' ? kLetters.npos : kLetters.find(c);
    if (index == kLetters.npos) return problem("an escape that JSON does not have"), false;
    buffer_ += kMeant[index];
    ++at_;
    return true;
  }

  // `at_` stands on the u. Two surrogates that belong together are one character; one alone stays.
  bool unicode_escape() {
    std::optional<std::uint32_t> code = four_digits();
    if (!code) return problem("four hexadecimal digits expected after \\u"), false;
    if (*code >= 0xd800 && *code < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
      const std::size_t back = at_++;
      std::optional<std::uint32_t> low = four_digits();
      if (low && *low >= 0xdc00 && *low < 0xe000) {
        code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
      } else {
        at_ = back;  // read again as an escape of its own
      }
    }
    detail::append_code_point(buffer_, *code);
    return true;
  }

  std::optional<std::uint32_t> four_digits() {
    std::uint32_t code = 0;
    if (text_.size() - at_ < 5) return std::nullopt;
    const char* start = text_.data() + at_ + 1;
    auto [stop, error] = std::from_chars(start, start + 4, code, 16);
    if (error != std::errc{} || stop != start + 4) return std::nullopt;
    at_ += 5;
    return code;
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_digits() {
    std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > start;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view what_;
  std::string buffer_;
  std::vector<Frame> frames_;
  std::vector<Value> elements_;
  std::vector<Member> members_;
};

}  // namespace

Result<Value> detail::parse_carefully(std::string_view text) { return CarefulParser(text).parse(); }

}  // namespace vaettir::json
