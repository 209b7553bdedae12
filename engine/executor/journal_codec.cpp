#include "engine/executor/journal_codec.h"

#include <fmt/format.h>
#include <zstd.h>

#include <iterator>
#include <optional>
#include <utility>

#include "engine/executor/state.h"

namespace vaettir::engine {
namespace {

constexpr char kPlain = '0';
constexpr char kCompressed = 'z';
// Below this the frame of zstd eats what it saves.
constexpr std::size_t kWorthCompressing = 400;
// 3 is zstd's own default: the store's thread is not the bottleneck at it.
constexpr int kLevel = 3;
// One entry is at most what an execution may hold (worker.h), written as JSON; more is no journal
// of ours.
constexpr std::size_t kLongestEntry = std::size_t{2} << 30;

std::unexpected<Error> broken(std::string_view what) {
  return fail(Cause::kInternal, fmt::format("a journal entry cannot be read: {}", what));
}

std::span<const json::Value> elements(const json::Value& value) {
  return value.is_array() ? value.elements() : std::span<const json::Value>();
}

void append_source(std::string& out, const Source& source) {
  fmt::format_to(std::back_inserter(out), "[{},{},{}]", source.node, source.output, source.run);
}

std::uint32_t natural(const json::Value& value) {
  return static_cast<std::uint32_t>(value.number_or(0));
}

Source read_source(const json::Value& value) {
  return {natural(value[0]), natural(value[1]), natural(value[2])};
}

void append_pairing(std::string& out, const Pairing& pairing) {
  fmt::format_to(std::back_inserter(out), "[{},{}", pairing.item, pairing.input);
  if (pairing.overwrite) {
    out += ',';
    append_source(out, *pairing.overwrite);
  }
  out += ']';
}

Pairing read_pairing(const json::Value& value) {
  Pairing pairing{natural(value[0]), natural(value[1]), nullptr};
  if (value[2].is_array()) pairing.overwrite = std::make_shared<Source>(read_source(value[2]));
  return pairing;
}

// The input item that this one passes on, if it is the one it is paired to.
std::optional<Pairing> passed_on(const Item& item, const std::vector<Items>& inputs) {
  if (!item.paired.known()) return std::nullopt;
  const Pairing& origin = item.paired.all()[0];
  if (origin.input >= inputs.size() || origin.item >= inputs[origin.input].size())
    return std::nullopt;
  const Item& input = inputs[origin.input][origin.item];
  if (!is_shared_with(item.json, input.json) || !is_shared_with(item.binary, input.binary))
    return std::nullopt;
  return Pairing{origin.item, origin.input, nullptr};
}

// {"p": pairings, "s": 1 (as the item it is paired to) | "j": json, "b": binary, "e": error}
void append_item(std::string& out, const Item& item, const std::vector<Items>& inputs) {
  out += '{';
  if (item.paired.known()) {
    out += "\"p\":[";
    for (const Pairing& pairing : item.paired.all()) {
      if (out.back() != '[') out += ',';
      append_pairing(out, pairing);
    }
    out += "],";
  }
  if (passed_on(item, inputs)) {
    out += "\"s\":1";
  } else {
    out += "\"j\":";
    json::append_text(out, item.json);
    if (!item.binary.is_undefined()) {
      out += ",\"b\":";
      json::append_text(out, item.binary);
    }
  }
  if (!item.error.is_undefined()) {
    out += ",\"e\":";
    json::append_text(out, item.error);
  }
  out += '}';
}

Result<Item> read_item(const json::Value& value, const std::vector<Items>& inputs) {
  Item item;
  std::vector<Pairing> pairings;
  for (const json::Value& pairing : elements(value["p"])) pairings.push_back(read_pairing(pairing));
  if (value["s"].is_number()) {
    if (pairings.empty()) return broken("an item that refers to nothing");
    const Pairing& origin = pairings[0];
    if (origin.input >= inputs.size() || origin.item >= inputs[origin.input].size())
      return broken("an item that refers to an input that is not there");
    item.json = inputs[origin.input][origin.item].json;
    item.binary = inputs[origin.input][origin.item].binary;
  } else {
    item.json = value["j"];
    item.binary = value["b"];
  }
  item.error = value["e"];
  if (pairings.size() == 1)
    item.paired = Pairings(std::move(pairings[0]));
  else if (!pairings.empty())
    item.paired = Pairings(std::move(pairings));
  return item;
}

void append_items(std::string& out, const Items& items, const std::vector<Items>& inputs) {
  out += '[';
  for (const Item& item : items) {
    if (out.back() != '[') out += ',';
    append_item(out, item, inputs);
  }
  out += ']';
}

Result<Items> read_items(const json::Value& value, const std::vector<Items>& inputs) {
  Items items;
  items.reserve(value.size());
  for (const json::Value& element : elements(value)) {
    TRY(Item item, read_item(element, inputs));
    items.push_back(std::move(item));
  }
  return items;
}

Result<json::Value> unpack_object(std::string_view bytes) {
  TRY(const std::string text, unpack(bytes));
  auto value = json::parse(text);
  if (!value) return broken(value.error().text());
  if (!value->is_object()) return broken("it is no object");
  return *std::move(value);
}

}  // namespace

std::string pack(std::string_view text) {
  if (text.size() < kWorthCompressing) return kPlain + std::string(text);
  std::string out(1 + ZSTD_compressBound(text.size()), kCompressed);
  const std::size_t size =
      ZSTD_compress(out.data() + 1, out.size() - 1, text.data(), text.size(), kLevel);
  CHECK(!ZSTD_isError(size));  // the bound makes this impossible
  out.resize(1 + size);
  return out;
}

Result<std::string> unpack(std::string_view bytes) {
  if (bytes.empty()) return broken("it is empty");
  const char kind = bytes.front();
  bytes.remove_prefix(1);
  if (kind == kPlain) return std::string(bytes);
  if (kind != kCompressed) return broken("it is of a kind that this version does not know");
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kLongestEntry)
    return broken("its length is not known");
  std::string text(size, '\0');
  const std::size_t got = ZSTD_decompress(text.data(), text.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) || got != size) return broken("it is damaged");
  return text;
}

std::string encode_record(const RunRecord& record, const std::vector<Items>& inputs) {
  std::string out;
  fmt::format_to(std::back_inserter(out),
                 R"({{"node":{},"run":{},"index":{},"ok":{},"started":{},"took":{},"sources":[)",
                 record.node, record.run, record.execution_index,
                 record.status == RunStatus::kSuccess, record.started_ms, record.took_ms);
  for (const std::optional<Source>& source : record.sources) {
    if (out.back() != '[') out += ',';
    if (source)
      append_source(out, *source);
    else
      out += "null";
  }
  out += ']';
  if (!record.error.is_undefined()) {
    out += ",\"error\":";
    json::append_text(out, record.error);
  }
  if (record.outputs) {
    out += ",\"outputs\":[";
    for (const Items& items : *record.outputs) {
      if (out.back() != '[') out += ',';
      append_items(out, items, inputs);
    }
    out += ']';
  }
  out += '}';
  return pack(out);
}

Result<RunRecordPtr> decode_record(std::string_view bytes, const std::vector<Items>& inputs) {
  TRY(const json::Value value, unpack_object(bytes));
  auto record = std::make_shared<RunRecord>();
  record->node = natural(value["node"]);
  record->run = natural(value["run"]);
  record->execution_index = natural(value["index"]);
  record->status = value["ok"].boolean_or(false) ? RunStatus::kSuccess : RunStatus::kError;
  record->started_ms = static_cast<std::int64_t>(value["started"].number_or(0));
  record->took_ms = static_cast<std::int64_t>(value["took"].number_or(0));
  for (const json::Value& source : elements(value["sources"]))
    record->sources.push_back(source.is_array() ? std::optional(read_source(source))
                                                : std::nullopt);
  record->error = value["error"];
  if (value["outputs"].is_array()) {
    record->outputs.emplace();
    for (const json::Value& items : elements(value["outputs"])) {
      TRY(Items read, read_items(items, inputs));
      record->outputs->push_back(std::move(read));
    }
  }
  return record;
}

std::string encode_begin(const Begin& begin) {
  std::string out =
      fmt::format(R"({{"trigger":{},"output":{},"items":)", begin.trigger, begin.start_output);
  append_items(out, begin.items, {});
  out += '}';
  return pack(out);
}

Result<Begin> decode_begin(std::string_view bytes) {
  TRY(const json::Value value, unpack_object(bytes));
  Begin begin;
  begin.trigger = natural(value["trigger"]);
  begin.start_output = natural(value["output"]);
  TRY(begin.items, read_items(value["items"], {}));
  return begin;
}

}  // namespace vaettir::engine
