// Writing JSON: as JSON.stringify does it, without recursion.
#include <array>
#include <cmath>

#include "base/core/json_parts.h"

namespace vaettir::json {
namespace {

// What may stand in a literal as it is, byte by byte; everything else is looked at.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x80; ++c) plain[static_cast<std::size_t>(c)] = c != '"' && c != '\\';
  return plain;
}();

void append_unicode_escape(std::string& out, std::uint32_t code) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[code >> shift & 15];
}

void append_control(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      append_unicode_escape(out, static_cast<unsigned char>(c));
  }
}

bool is_high(std::int32_t code) { return code >= 0xd800 && code < 0xdc00; }
bool is_low(std::int32_t code) { return code >= 0xdc00 && code < 0xe000; }

// A character that is not ASCII, from `at` on.
void append_wide(std::string& out, std::string_view text, std::size_t& at) {
  const std::size_t start = at;
  std::int32_t code = detail::take_code_point(text, at);
  if (code < 0) {
    out += "\xef\xbf\xbd";
  } else if (is_high(code)) {
    // Two halves that were joined as text are one character, as they would be in JavaScript.
    std::size_t next = at;
    std::int32_t low = next < text.size() ? detail::take_code_point(text, next) : -1;
    if (!is_low(low)) return append_unicode_escape(out, static_cast<std::uint32_t>(code));
    at = next;
    detail::append_code_point(out, 0x10000u + ((static_cast<std::uint32_t>(code) - 0xd800u) << 10) +
                                       (static_cast<std::uint32_t>(low) - 0xdc00u));
  } else if (is_low(code)) {
    append_unicode_escape(out, static_cast<std::uint32_t>(code));
  } else {
    out.append(text, start, at - start);
  }
}

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char text[detail::kMaxNumberText];
  out.append(text, detail::write_number(text, number));
}

class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

  void write(const Value& root) {
    if (!begin(root)) return;
    while (!open_.empty()) {
      Frame& frame = open_.back();
      const Value* child = next(frame);
      if (child) {
        begin(*child);
      } else {
        const bool object = frame.container->is_object(), wrote = frame.wrote;
        open_.pop_back();
        if (wrote) new_line();
        out_ += object ? '}' : ']';
      }
    }
  }

 private:
  struct Frame {
    const Value* container;
    std::size_t at;
    bool wrote;
  };

  // Writes a scalar, or opens a container and returns true.
  bool begin(const Value& value) {
    switch (value.type()) {
      case Type::kUndefined:
      case Type::kNull:
        out_ += "null";
        return false;
      case Type::kBoolean:
        out_ += value.boolean() ? "true" : "false";
        return false;
      case Type::kNumber:
        append_number(out_, value.number());
        return false;
      case Type::kString:
        append_quoted(out_, value.string());
        return false;
      case Type::kArray:
        out_ += '[';
        break;
      case Type::kObject:
        out_ += '{';
        break;
    }
    open_.push_back({&value, 0, false});
    return true;
  }

  // The next child, with all that stands before it written; nullptr at the end.
  const Value* next(Frame& frame) {
    const Value& container = *frame.container;
    const bool object = container.is_object();
    while (object && frame.at < container.size() &&
           container.members()[frame.at].value.is_undefined()) {
      ++frame.at;
    }
    if (frame.at == container.size()) return nullptr;
    if (std::exchange(frame.wrote, true)) out_ += ',';
    new_line();
    if (!object) return &container.elements()[frame.at++];
    const Member& member = container.members()[frame.at++];
    append_quoted(out_, member.key());
    out_ += ':';
    if (indent_ > 0) out_ += ' ';
    return &member.value;
  }

  void new_line() {
    if (indent_ <= 0) return;
    out_ += '\n';
    out_.append(open_.size() * static_cast<std::size_t>(indent_), ' ');
  }

  std::string& out_;
  int indent_;
  std::vector<Frame> open_;
};

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0, at = 0;
  while (at < text.size()) {
    if (kPlain[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    out.append(text, start, at - start);
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      append_control(out, text[at++]);
    } else {
      append_wide(out, text, at);
    }
    start = at;
  }
  out.append(text, start, at - start);
  out += '"';
}

void append_text(std::string& out, const Value& value) { Writer(out, 0).write(value); }

std::string to_text(const Value& value, int indent) {
  std::string out;
  Writer(out, indent).write(value);
  return out;
}

}  // namespace vaettir::json
