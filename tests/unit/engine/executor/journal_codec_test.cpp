#include "engine/executor/journal_codec.h"

#include "engine/executor/settle.h"
#include "tests/unit/engine/executor/graph_kit.h"

namespace vaettir::engine {
namespace {

TEST(JournalCodec, ItemsThatWerePassedOnAreReferences) {
  Items input;
  for (int n = 0; n < 100; ++n)
    input.push_back(
        item(json::ObjectBuilder().set("text", std::string(200, 'a' + n % 26)).finish()));
  input = with_lineage(input, 0);
  RunRecord record;
  record.outputs = Outputs{input, Items()};
  const std::string passed = unpack(encode_record(record, {input})).value();
  const std::string whole = unpack(encode_record(record, {})).value();
  EXPECT_LT(passed.size(), 3000u);
  EXPECT_GT(whole.size(), 20'000u);
  const RunRecordPtr read = decode_record(encode_record(record, {input}), {input}).value();
  EXPECT_TRUE(equal((*read->outputs)[0], input));
  EXPECT_TRUE(is_shared_with((*read->outputs)[0][42].json, input[42].json));
  EXPECT_EQ(read->outputs->size(), 2u);
}

TEST(JournalCodec, KeepsWhatJsonCannotShow) {
  RunRecord record;
  record.node = 3;
  record.run = 2;
  record.execution_index = 9;
  record.status = RunStatus::kError;
  record.started_ms = 1'764'000'000'123;
  record.took_ms = 17;
  record.sources = {Source{1, 2, 3}, std::nullopt};
  record.error = failure("why");
  const RunRecordPtr read = decode_record(encode_record(record, {}), {}).value();
  EXPECT_EQ(read->started_ms, record.started_ms);
  EXPECT_EQ(read->sources, record.sources);
  EXPECT_EQ(read->error, record.error);
  EXPECT_EQ(read->status, RunStatus::kError);
  EXPECT_FALSE(read->outputs) << "no outputs are not the same as empty ones";
}

TEST(JournalCodec, PacksLongTextAndReadsBoth) {
  const std::string longer(10'000, 'v');
  EXPECT_LT(pack(longer).size(), 200u);
  EXPECT_EQ(unpack(pack(longer)).value(), longer);
  EXPECT_EQ(unpack(pack("short")).value(), "short");
  EXPECT_EQ(unpack(pack("")).value(), "");
}

TEST(JournalCodec, DamageIsAnErrorNotACrash) {
  std::string bytes = pack(std::string(10'000, 'v'));
  EXPECT_FALSE(unpack(""));
  EXPECT_FALSE(unpack("?what"));
  EXPECT_FALSE(unpack(bytes.substr(0, bytes.size() / 2)));
  EXPECT_FALSE(unpack("z"));
  EXPECT_FALSE(decode_record("0[1,2]", {}));
  EXPECT_FALSE(decode_record("0{", {}));
  EXPECT_FALSE(decode_record(R"(0{"outputs":[[{"s":1}]]})", {}));
  EXPECT_FALSE(decode_record(R"(0{"outputs":[[{"s":1,"p":[[7,0]]}]]})", {items_of({1})}));
}

}  // namespace
}  // namespace vaettir::engine
