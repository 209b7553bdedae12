#include "base/observe/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "base/core/json.h"
#include "base/core/text.h"

namespace vaettir::observe {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
// Grey, green, yellow, red.
constexpr std::array<std::string_view, 4> kColours = {"\x1b[90m", "\x1b[32m", "\x1b[33m",
                                                      "\x1b[31m"};
constexpr std::string_view kGrey = "\x1b[90m", kPlain = "\x1b[0m";

std::size_t index_of(Level level) { return static_cast<std::size_t>(level); }

void append_scalar(std::string& out, const Field::Value& value) {
  if (auto* number = std::get_if<double>(&value)) {
    json::append_text(out, json::Value(*number));
  } else if (auto* fact = std::get_if<bool>(&value)) {
    out += *fact ? "true" : "false";
  } else if (auto* integer = std::get_if<std::int64_t>(&value)) {
    out += fmt::to_string(*integer);
  } else {
    out += fmt::to_string(std::get<std::uint64_t>(value));
  }
}

class JsonLine {
 public:
  explicit JsonLine(std::string& out) : out_(out) { out_ += '{'; }
  ~JsonLine() { out_ += '}'; }

  void field(const Field& field) {
    if (out_.size() > 1) out_ += ',';
    json::append_quoted(out_, field.key);
    out_ += ':';
    if (auto* text = std::get_if<std::string_view>(&field.value)) {
      json::append_quoted(out_, *text);
    } else {
      append_scalar(out_, field.value);
    }
  }

 private:
  std::string& out_;
};

// Whatever a client sent must not move the cursor of the operator's terminal: text with anything
// but printable characters is quoted, and so is what would run together with the next field.
bool stands_plain(std::string_view text, bool spaces) {
  if (text.empty()) return false;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '"' || c == '\\' || (c == ' ' && !spaces)) return false;
  }
  // C1 controls are two bytes in UTF-8, the first of which is 0xc2.
  return is_valid_utf8(text) && text.find('\xc2') == std::string_view::npos;
}

void append_readable(std::string& out, std::string_view text, bool spaces) {
  if (stands_plain(text, spaces)) {
    out += text;
    return;
  }
  std::string quoted;
  json::append_quoted(quoted, text);
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    const auto byte = static_cast<unsigned char>(quoted[i]);
    const bool c1 = byte == 0xc2 && static_cast<unsigned char>(quoted[i + 1]) < 0xa0;
    if (c1 || byte == 0x7f) {
      const auto code = static_cast<unsigned char>(c1 ? quoted[++i] : quoted[i]);
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(code));
    } else {
      out += quoted[i];
    }
  }
}

void append_text_field(std::string& out, const Field& field, bool coloured) {
  out += ' ';
  if (coloured) out += kGrey;
  out += field.key;
  out += '=';
  if (coloured) out += kPlain;
  if (auto* text = std::get_if<std::string_view>(&field.value)) {
    append_readable(out, *text, false);
  } else {
    append_scalar(out, field.value);
  }
}

}  // namespace

std::optional<Level> level_named(std::string_view name) {
  const std::string wanted = lower(name);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (wanted == kNames[i]) return static_cast<Level>(i);
  }
  if (wanted == "warning") return Level::kWarning;
  if (wanted == "fatal" || wanted == "panic") return Level::kError;
  if (wanted == "silent") return Level::kSilent;
  return std::nullopt;
}

LogFormat format_for(int fd, const Environment& environment) {
  if (!::isatty(fd)) return LogFormat::kJson;
  auto value = [&](std::string_view name) {
    auto found = environment.find(name);
    return found == environment.end() ? std::string_view() : std::string_view(found->second);
  };
  const bool colours = value("NO_COLOR").empty() && value("TERM") != "dumb";
  return colours ? LogFormat::kColoured : LogFormat::kText;
}

void Log::write(Level level, std::string_view message, Fields fields, const Error* error) {
  if (!enabled(level)) return;
  tell_of_drops();
  sink_.line(format(level, message, fields, error));
}

std::string Log::format(Level level, std::string_view message, Fields fields, const Error* error) {
  std::string out;
  out.reserve(256);
  const std::string time = iso_text(clock_.now());
  const std::string_view name = kNames[index_of(level)];
  auto each_field = [&](auto&& write_field) {
    if (error) {
      write_field(Field("cause", error->cause()));
      write_field(Field("error", error->text()));
      write_field(Field("remedy", facts(error->cause()).remedy));
    }
    for (const Field& field : fields) write_field(field);
  };
  if (format_ == LogFormat::kJson) {
    JsonLine line(out);
    line.field({"time", time});
    line.field({"level", name});
    line.field({"message", message});
    each_field([&](const Field& field) { line.field(field); });
  } else {
    const bool coloured = format_ == LogFormat::kColoured;
    // The time of day: a terminal's scroll-back is of today.
    out += coloured ? fmt::format("{}{}{} ", kGrey, std::string_view(time).substr(11, 12), kPlain)
                    : time + ' ';
    out += coloured ? fmt::format("{}{:<5}{} ", kColours[index_of(level)], name, kPlain)
                    : fmt::format("{:<5} ", name);
    append_readable(out, message, true);
    each_field([&](const Field& field) { append_text_field(out, field, coloured); });
  }
  return out;
}

// Lines that were lost are worth a line themselves; the first that finds room again says how many.
void Log::tell_of_drops() {
  const std::uint64_t now = sink_.dropped();
  std::uint64_t told = drops_told_.load(std::memory_order_relaxed);
  if (now == told || !drops_told_.compare_exchange_strong(told, now)) return;
  const std::uint64_t lost = now - told;
  sink_.line(format(Level::kWarning, "log lines were dropped", {{"lines", lost}}, nullptr));
}

}  // namespace vaettir::observe
