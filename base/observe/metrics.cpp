#include "base/observe/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/core/json.h"
#include "base/core/result.h"

namespace vaettir::observe {
namespace {

bool is_name(std::string_view name, bool colons) {
  auto letter = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
  };
  return !name.empty() && letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

std::string label_text(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    CHECK(is_name(name, false));
    if (!out.empty()) out += ',';
    out += name;
    out += "=\"";
    append_escaped(out, value, true);
    out += '"';
  }
  return out;
}

std::string value_text(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return json::number_text(value);  // "NaN" is the same word in both formats
}

void append_line(std::string& out, std::string_view name, std::string_view suffix,
                 std::string_view labels, std::string_view value) {
  out += name;
  out += suffix;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  out += value;
  out += '\n';
}

void append_histogram(std::string& out, std::string_view name, const std::string& labels,
                      const Histogram& histogram) {
  const std::string prefix = labels.empty() ? labels : labels + ",";
  std::uint64_t below = 0;
  // Read once: count and last bucket must be the same number although others go on counting.
  const std::vector<std::uint64_t> counts = histogram.counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    const bool last = i == histogram.bounds().size();
    const std::string bound = last ? "+Inf" : value_text(histogram.bounds()[i]);
    append_line(out, name, "_bucket", fmt::format("{}le=\"{}\"", prefix, bound),
                fmt::to_string(below));
  }
  append_line(out, name, "_sum", labels, value_text(histogram.sum()));
  append_line(out, name, "_count", labels, fmt::to_string(below));
}

}  // namespace

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)) {
  CHECK(std::ranges::is_sorted(bounds_));
}

void Histogram::observe(double value) {
  std::size_t bucket = 0;  // a dozen of bounds: walking is as quick as halving
  while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::counts() const {
  std::vector<std::uint64_t> out(bounds_.size() + 1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = counts_[i].load(std::memory_order_relaxed);
  }
  return out;
}

// Exactly one of the four is there, as the family's kind says.
struct Registry::Series {
  std::unique_ptr<Counter> counter;
  std::unique_ptr<Gauge> gauge;
  std::unique_ptr<Histogram> histogram;
  std::function<double()> read;
};

struct Registry::Family {
  Kind kind;
  std::string help;
  std::map<std::string, Series> series;  // by the text of the labels
};

Registry::Registry() = default;
Registry::~Registry() = default;

Registry::Series& Registry::series(Kind kind, std::string_view name, std::string_view help,
                                   const Labels& labels) {
  CHECK(is_name(name, true));
  auto found = families_.find(name);
  if (found == families_.end()) {
    auto family = std::make_unique<Family>(Family{kind, std::string(help), {}});
    found = families_.emplace(std::string(name), std::move(family)).first;
  }
  CHECK(found->second->kind == kind);
  return found->second->series[label_text(labels)];
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  std::lock_guard guard(lock_);
  Series& found = series(Kind::kCounter, name, help, labels);
  if (!found.counter) found.counter = std::make_unique<Counter>();
  return *found.counter;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  std::lock_guard guard(lock_);
  Series& found = series(Kind::kGauge, name, help, labels);
  if (!found.gauge) found.gauge = std::make_unique<Gauge>();
  return *found.gauge;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, const Labels& labels,
                               std::span<const double> bounds) {
  std::lock_guard guard(lock_);
  Series& found = series(Kind::kHistogram, name, help, labels);
  if (!found.histogram) found.histogram = std::make_unique<Histogram>(bounds);
  return *found.histogram;
}

void Registry::reading(std::string_view name, std::string_view help, const Labels& labels,
                       std::function<double()> read) {
  std::lock_guard guard(lock_);
  series(Kind::kReading, name, help, labels).read = std::move(read);
}

std::string Registry::text() const {
  std::lock_guard guard(lock_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += fmt::format("# HELP {} ", name);
    append_escaped(out, family->help, false);
    const std::string_view type = family->kind == Kind::kCounter     ? "counter"
                                  : family->kind == Kind::kHistogram ? "histogram"
                                                                     : "gauge";
    out += fmt::format("\n# TYPE {} {}\n", name, type);
    for (const auto& [labels, series] : family->series) {
      if (series.counter) {
        append_line(out, name, "", labels, fmt::to_string(series.counter->value()));
      } else if (series.gauge) {
        append_line(out, name, "", labels, fmt::to_string(series.gauge->value()));
      } else if (series.histogram) {
        append_histogram(out, name, labels, *series.histogram);
      } else if (series.read) {
        append_line(out, name, "", labels, value_text(series.read()));
      }
    }
  }
  return out;
}

}  // namespace vaettir::observe
