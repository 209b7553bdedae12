// Recognises plain paths. It reads a small, exactly known part of JavaScript; whatever it does not
// know for certain is left to JavaScript, so that both evaluators agree.
#include "base/core/text.h"
#include "engine/expressions/path.h"

namespace vaettir::engine {
namespace {

// Names that every JavaScript object or array answers to although no data holds them.
constexpr std::string_view kInherited[] = {
    "constructor",          "__proto__",        "prototype",        "toString",
    "toLocaleString",       "valueOf",          "hasOwnProperty",   "isPrototypeOf",
    "propertyIsEnumerable", "__defineGetter__", "__defineSetter__", "__lookupGetter__",
    "__lookupSetter__",     "caller",           "arguments",
};

bool is_inherited(std::string_view name) {
  return std::find(std::begin(kInherited), std::end(kInherited), name) != std::end(kInherited);
}

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) { return begins_name(c) || (c >= '0' && c <= '9'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_code_point(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

std::optional<std::size_t> array_index(std::string_view key) {
  if (key.empty() || key.size() > 9 || (key[0] == '0' && key.size() > 1)) return std::nullopt;
  std::size_t value = 0;
  for (char c : key) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

class PathParser {
 public:
  explicit PathParser(std::string_view code) : code_(code) {}

  std::optional<Path> parse() {
    skip_blanks();
    if (!read_root()) return std::nullopt;
    while (true) {
      skip_blanks();
      if (at_ == code_.size()) return std::move(path_);
      if (!read_step()) return std::nullopt;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < code_.size() ? code_[at_ + ahead] : '\0';
  }
  bool take(std::string_view text) {
    if (!code_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  void skip_blanks() {
    while (at_ < code_.size() && std::string_view(" \t\r\n").contains(code_[at_])) ++at_;
  }

  std::optional<std::string_view> read_name() {
    if (!begins_name(peek())) return std::nullopt;
    const std::size_t begin = at_;
    while (continues_name(peek())) ++at_;
    return code_.substr(begin, at_ - begin);
  }

  // '...', "..." or `...` without ${}.
  std::optional<std::string> read_string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"' && quote != '`') return std::nullopt;
    ++at_;
    std::string out;
    while (at_ < code_.size()) {
      const char c = code_[at_++];
      if (c == quote) return out;
      if (c == '\n' && quote != '`') return std::nullopt;
      if (c == '$' && quote == '`' && peek() == '{') return std::nullopt;
      if (c != '\\') {
        out += c;
      } else if (!read_escape(out)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool read_escape(std::string& out) {
    if (at_ == code_.size()) return false;
    const char c = code_[at_++];
    switch (c) {
      case 'n':
        out += '\n';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'r':
        out += '\r';
        return true;
      case 'b':
        out += '\b';
        return true;
      case 'f':
        out += '\f';
        return true;
      case 'v':
        out += '\v';
        return true;
      case '\n':
        return true;  // a continued line
      case 'x':
        return read_code_unit(out, 2);
      case 'u':
        return read_code_unit(out, 4);
      default:
        if (is_digit(c) || c == '\r') return false;
        out += c;
        return true;
    }
  }

  bool read_code_unit(std::string& out, std::size_t digits) {
    std::uint32_t unit = 0;
    const std::string_view text = code_.substr(at_, digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), unit, 16);
    if (text.size() != digits || error != std::errc() || end != text.data() + digits) return false;
    // Surrogates would have to be joined: rare enough to be left to JavaScript.
    if (unit >= 0xd800 && unit <= 0xdfff) return false;
    at_ += digits;
    append_code_point(out, unit);
    return true;
  }

  std::optional<double> read_number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    if (!is_digit(peek())) return at_ = begin, std::nullopt;
    if (peek() == '0' && (is_digit(peek(1)) || begins_name(peek(1)))) {
      return at_ = begin, std::nullopt;  // octal, hexadecimal
    }
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (continues_name(peek()) || peek() == '.') return at_ = begin, std::nullopt;
    double number = 0;
    std::from_chars(code_.data() + begin, code_.data() + at_, number);
    return number;
  }

  std::optional<std::size_t> read_count() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return array_index(code_.substr(begin, at_ - begin));
  }

  // "(" [output ["," run]] ")"
  bool read_arguments() {
    skip_blanks();
    if (!take("(")) return false;
    skip_blanks();
    if (take(")")) return true;
    if (!(path_.output = read_count())) return false;
    return read_last_argument();
  }
  bool read_last_argument() {
    skip_blanks();
    if (take(",")) {
      skip_blanks();
      if (!(path_.run = read_count())) return false;
      skip_blanks();
    }
    return take(")");
  }

  bool literal(json::Value value) {
    path_.root = Root::kLiteral;
    path_.literal = std::move(value);
    return true;
  }

  bool read_root() {
    const char c = peek();
    if (c == '-' || is_digit(c)) {
      const std::optional<double> number = read_number();
      skip_blanks();
      // Only as a whole: 1.toString() and the like are JavaScript's business.
      return number && at_ == code_.size() && literal(json::Value(*number));
    }
    if (c == '\'' || c == '"' || c == '`') {
      const std::optional<std::string> text = read_string();
      return text && literal(json::Value(*text));
    }
    const std::optional<std::string_view> name = read_name();
    return name && read_named_root(*name);
  }

  bool read_named_root(std::string_view name) {
    if (name == "true" || name == "false") return literal(json::Value(name == "true"));
    if (name == "null") return literal(json::Value(nullptr));
    if (name == "undefined") return literal(json::Value());
    if (name == "$") return read_node_call();
    if (name == "$node") return read_node_member();
    if (name == "$input") return read_input();
    if (name == "$items") return read_items_call();
    static constexpr std::pair<std::string_view, Root> kRoots[] = {
        {"$json", Root::kJson},           {"$data", Root::kJson},
        {"$binary", Root::kBinary},       {"$env", Root::kEnv},
        {"$execution", Root::kExecution}, {"$executionId", Root::kExecutionId},
        {"$workflow", Root::kWorkflow},   {"$itemIndex", Root::kItemIndex},
        {"$runIndex", Root::kRunIndex},   {"$mode", Root::kMode},
        {"$prevNode", Root::kPrevNode},
    };
    for (const auto& [spelling, root] : kRoots) {
      if (name == spelling) return path_.root = root, true;
    }
    return false;
  }

  // The name of a member: .name, ?.name, ["name"], [0], ?.[0].
  std::optional<std::string> read_member() {
    skip_blanks();
    const bool optional = take("?.");
    if (!optional && take(".")) {
      skip_blanks();
    } else if (!optional || peek() == '[') {
      return read_element();
    }
    const std::optional<std::string_view> name = read_name();
    if (!name) return std::nullopt;
    return std::string(*name);
  }

  std::optional<std::string> read_element() {
    if (!take("[")) return std::nullopt;
    skip_blanks();
    std::optional<std::string> key;
    if (is_digit(peek())) {
      if (const std::optional<std::size_t> index = read_count()) key = std::to_string(*index);
    } else {
      key = read_string();
    }
    skip_blanks();
    if (!key || !take("]")) return std::nullopt;
    return key;
  }

  bool read_step() {
    std::optional<std::string> name = read_member();
    if (!name || is_inherited(*name)) return false;
    skip_blanks();
    if (peek() == '(' || (peek() == '?' && peek(1) == '.' && peek(2) == '(')) return false;
    const std::optional<std::size_t> index = array_index(*name);
    path_.steps.push_back({*std::move(name), index});
    return true;
  }

  // $('X').item, .first(), .last(), .all(), .isExecuted
  bool read_node_call() {
    skip_blanks();
    if (!take("(")) return false;
    skip_blanks();
    std::optional<std::string> node = read_string();
    skip_blanks();
    if (!node || !take(")")) return false;
    path_.node = *std::move(node);
    const std::optional<std::string> what = read_member();
    if (what == "item") return path_.root = Root::kNodeItem, true;
    if (what == "isExecuted") return path_.root = Root::kNodeExecuted, true;
    if (what == "first") path_.root = Root::kNodeFirst;
    if (what == "last") path_.root = Root::kNodeLast;
    if (what == "all") path_.root = Root::kNodeAll;
    return (what == "first" || what == "last" || what == "all") && read_arguments();
  }

  bool read_node_member() {
    std::optional<std::string> node = read_member();
    if (!node) return false;
    path_.node = *std::move(node);
    path_.root = Root::kNode;
    // json, data and binary are the members that are data; the rest (context, parameter) is not.
    const std::size_t begin = at_;
    const std::optional<std::string> what = read_member();
    at_ = begin;
    return what == "json" || what == "data" || what == "binary";
  }

  bool read_input() {
    const std::optional<std::string> what = read_member();
    if (what == "item") return path_.root = Root::kInputItem, true;
    if (what == "first") path_.root = Root::kInputFirst;
    if (what == "last") path_.root = Root::kInputLast;
    if (what == "all") path_.root = Root::kInputAll;
    if (what != "first" && what != "last" && what != "all") return false;
    // n8n refuses arguments here; JavaScript says so in its words.
    return read_arguments() && !path_.output;
  }

  bool read_items_call() {
    path_.root = Root::kItems;
    skip_blanks();
    if (!take("(")) return false;
    skip_blanks();
    std::optional<std::string> node = read_string();
    if (!node) return false;
    path_.node = *std::move(node);
    skip_blanks();
    if (take(",")) {
      skip_blanks();
      if (!(path_.output = read_count())) return false;
    }
    return read_last_argument();
  }

  std::string_view code_;
  std::size_t at_ = 0;
  Path path_;
};

}  // namespace

std::optional<Path> Path::parse(std::string_view code) { return PathParser(code).parse(); }

}  // namespace vaettir::engine
