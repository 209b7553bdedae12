#include "base/http/h1_chunked.h"

#include <gtest/gtest.h>

namespace vaettir::http {
namespace {

struct Decoded {
  Parsed parsed = Parsed::kMore;
  std::string content;
  std::size_t consumed = 0;
  std::string trailer;
};

Decoded decode(const std::string& bytes, std::size_t piece) {
  const Limits limits;
  ChunkedDecoder decoder;
  Decoded result;
  while (result.parsed == Parsed::kMore && result.consumed < bytes.size()) {
    std::string part = bytes.substr(result.consumed, piece);
    ChunkedDecoder::Step step;
    result.parsed = decoder.decode(part, limits, step);
    result.content += part.substr(0, step.content);
    result.consumed += step.consumed;
  }
  result.trailer = decoder.trailer_section();
  return result;
}

TEST(ChunkedDecoder, GivesTheContentForPiecesOfAnySize) {
  const std::string bytes =
      "5\r\nhello\r\n1;a=\"b;c\"\r\n \r\n0000A\r\n0123456789\r\n0;x\r\nA: b\r\nC: d\r\n\r\nNEXT";
  for (std::size_t piece = 1; piece <= bytes.size(); piece++) {
    const Decoded result = decode(bytes, piece);
    EXPECT_EQ(result.parsed, Parsed::kDone) << piece;
    EXPECT_EQ(result.content, "hello 0123456789") << piece;
    EXPECT_EQ(result.consumed, bytes.size() - 4) << piece;
    EXPECT_EQ(result.trailer, "A: b\r\nC: d\r\n\r\n") << piece;
  }
}

TEST(ChunkedDecoder, LongExtensionsAndTrailersAreRefused) {
  EXPECT_EQ(decode("1;a=" + std::string(2000, 'b') + "\r\nx\r\n0\r\n\r\n", 100).parsed,
            Parsed::kRefused);
  EXPECT_EQ(decode("0\r\nA: " + std::string(20'000, 'b') + "\r\n\r\n", 100).parsed,
            Parsed::kRefused);
}

TEST(ChunkedDecoder, MoreDigitsThanALengthNeedsAreRefused) {
  EXPECT_EQ(decode("00000000000000005\r\nhello\r\n0\r\n\r\n", 7).parsed, Parsed::kRefused);
  EXPECT_EQ(decode("2000000000000000\r\nhello", 7).parsed, Parsed::kRefused);
}

TEST(TrailerParser, LeavesOutWhatMayNotComeLate) {
  const Limits limits;
  Headers trailers;
  TrailerParser parser(limits);
  ASSERT_EQ(parser.parse("Host: evil\r\nX-Sum: 1\r\nAuthorization: x\r\nContent-Length: 4\r\n"
                         "Transfer-Encoding: chunked\r\ngrpc-status: 0\r\n\r\n",
                         trailers),
            Parsed::kDone);
  ASSERT_EQ(trailers.size(), 2u);
  EXPECT_EQ(trailers.fields()[0].name, "X-Sum");
  EXPECT_EQ(trailers.fields()[1].name, "grpc-status");
}

TEST(ChunkHead, WritesHexadecimalSizes) {
  EXPECT_EQ(ChunkHead(0).text(), "0\r\n");
  EXPECT_EQ(ChunkHead(0xa5f).text(), "a5f\r\n");
  EXPECT_EQ(ChunkHead(65536).text(), "10000\r\n");
}

}  // namespace
}  // namespace vaettir::http
