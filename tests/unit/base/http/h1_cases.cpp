#include "tests/unit/base/http/h1_cases.h"

namespace vaettir::http {
namespace {

using namespace std::string_literals;

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n";
}
std::string field(const std::string& line) {
  return "GET / HTTP/1.1\r\nHost: a.test\r\n" + line + "\r\n\r\n";
}
std::string host(const std::string& value) {
  return "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
}
std::string version(const std::string& text) {
  return "GET / " + text + "\r\nHost: a.test\r\n\r\n";
}
std::string length(const std::string& value, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: " + value + "\r\n\r\n" + body;
}
std::string coding(const std::string& line) {
  return "POST / HTTP/1.1\r\nHost: a.test\r\n" + line + "\r\n\r\n0\r\n\r\n";
}
std::string chunks(const std::string& content) {
  return "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n" + content;
}

void lines_and_fields(std::vector<H1Case>& cases) {
  cases.insert(
      cases.end(),
      {
          {"obs-fold", field("X-A: b\r\n c"), 400},
          {"obs-fold with a tab", field("X-A: b\r\n\tc"), 400},
          {"space before colon", field("X-A : b"), 400},
          {"tab before colon", field("X-A\t: b"), 400},
          {"field without colon", field("X-A"), 400},
          {"empty field name", field(": b"), 400},
          {"parenthesis in a field name", field("X(A): b"), 400},
          {"NUL in a field name", field("X\0A: b"s), 400},
          {"non-ASCII in a field name", field("X\xc3\xa9: b"), 400},
          {"space before the first field", "GET / HTTP/1.1\r\n Host: a.test\r\n\r\n", 400},
          {"line of space before the first field", "GET / HTTP/1.1\r\n \r\nHost: a.test\r\n\r\n",
           400},
          {"CR-only line ends", "GET / HTTP/1.1\rHost: a.test\r\r", 400},
          {"bare CR in a value", field("X-A: b\rc"), 400},
          {"NUL in a value", field("X-A: b\0c"s), 400},
          {"vertical tab in a value",
           field("X-A: b\x0b"
                 "c"),
           400},
          {"DEL in a value", field("X-A: b\x7f"), 400},
          {"bare LF after the request line", "GET / HTTP/1.1\nHost: a.test\r\n\r\n", 400},
          {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a.test\n\r\n", 400},
          {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a.test\r\n\n", 400},
          {"bare LF everywhere", "GET / HTTP/1.1\nHost: a.test\n\n", 400},
          {"bare LF before the request", "\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n", 400},
          {"two empty lines before the request", "\r\n\r\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
           400},
          {"one empty line before the request", "\r\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n", 200},
          {"obs-text in a value", field("X-A: caf\xe9"), 200},
          {"tab in a value", field("X-A: b\tc"), 200},
          {"empty value", field("X-A:"), 200},
          {"value without space in front", field("X-A:b"), 200},
          {"every token character in a name", field("!#$%&'*+-.^_`|~aZ9: b"), 200},
          {"TLS instead of HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
      });
}

void request_lines(std::vector<H1Case>& cases) {
  cases.insert(
      cases.end(),
      {
          {"missing target", "GET  HTTP/1.1\r\nHost: a.test\r\n\r\n", 400},
          {"method and version alone", "GET HTTP/1.1\r\nHost: a.test\r\n\r\n", 400},
          {"space in the target", get("/a b"), 400},
          {"several spaces before the target", get(" /"), 400},
          {"several spaces before the version", get("/ "), 400},
          {"tab instead of a space", "GET\t/ HTTP/1.1\r\nHost: a.test\r\n\r\n", 400},
          {"space before the method", " GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", 400},
          {"star with GET", get("*"), 400},
          {"OPTIONS star", "OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n", 200},
          {"version HTTP/1", version("HTTP/1"), 400},
          {"version HTTP/01.01", version("HTTP/01.01"), 400},
          {"version with a space", version("HTTP/ 1.1"), 400},
          {"version in lower case", version("http/1.1"), 400},
          {"version with a space behind", version("HTTP/1.1 "), 400},
          {"version HTTP/1.10", version("HTTP/1.10"), 400},
          {"version HTTP/1,1", version("HTTP/1,1"), 400},
          {"version HTTP/2.0", version("HTTP/2.0"), 505},
          {"version HTTP/1.2 is a 1.1", version("HTTP/1.2"), 200},
          {"HTTP/0.9", "GET /\r\n", 400},
          {"NUL in the target", get("/a\0b"s), 400},
          {"raw non-ASCII in the target", get("/caf\xc3\xa9"), 400},
          {"overlong UTF-8 in the target", get("/\xc0\xaf"), 400},
          {"fragment in the target", get("/a#b"), 400},
          {"relative target", get("a/b"), 400},
          {"absolute-form", get("http://a.test/x?y"), 200},
          {"absolute-form without a path", get("http://a.test"), 200},
          {"absolute-form with the default port", get("http://a.test:80/"), 200},
          {"absolute-form with userinfo", get("http://u:p@a.test/"), 400},
          {"absolute-form without a host", get("http:///x"), 400},
          {"absolute-form of another scheme", get("ftp://a.test/"), 400},
          {"absolute-form that contradicts Host", get("http://b.test/"), 400},
          {"absolute-form with an empty Host", "GET http://a.test/ HTTP/1.1\r\nHost:\r\n\r\n", 400},
          {"target of 8,000 bytes", get("/" + std::string(7999, 'a')), 200},
          {"target of 16,000 bytes", get("/" + std::string(15999, 'a')), 200},
          {"target of 100 KB", get("/" + std::string(100 * 1024, 'a')), 414},
          {"field of 100 KB", field("X-A: " + std::string(100 * 1024, 'a')), 431},
          {"odd but visible characters in the target", get("/a|b{c}\"<d>?[e]=\\^`"), 200},
          {"unknown method is forwarded", "BREW /pot HTTP/1.1\r\nHost: a.test\r\n\r\n", 200},
          {"method in lower case is another method", "get / HTTP/1.1\r\nHost: a.test\r\n\r\n", 200},
          {"TRACE", "TRACE / HTTP/1.1\r\nHost: a.test\r\n\r\n", 405},
          {"CONNECT", "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n", 405},
      });
}

void hosts(std::vector<H1Case>& cases) {
  cases.insert(cases.end(), {
                                {"no Host", "GET / HTTP/1.1\r\nX-A: b\r\n\r\n", 400},
                                {"no field at all", "GET / HTTP/1.1\r\n\r\n", 400},
                                {"two Hosts", host("a.test\r\nHost: b.test"), 400},
                                {"two equal Hosts", host("a.test\r\nHost: a.test"), 400},
                                {"Host with userinfo", host("u@a.test"), 400},
                                {"Host with a path", host("a.test/x"), 400},
                                {"Host with a comma", host("a.test,b.test"), 400},
                                {"Host with a space", host("a.test b.test"), 400},
                                {"empty Host", host(""), 400},
                                {"Host with a port that is no number", host("a.test:http"), 400},
                                {"Host with a port too large", host("a.test:65536"), 400},
                                {"Host of a port alone", host(":80"), 400},
                                {"Host with brackets around a name", host("[a.test]"), 400},
                                {"Host with a port", host("a.test:8080"), 200},
                                {"Host as an IPv6 address", host("[::1]:80"), 200},
                                {"Host with capitals and a trailing dot", host("A.Test."), 200},
                            });
}

void lengths(std::vector<H1Case>& cases) {
  cases.insert(
      cases.end(),
      {
          {"Content-Length of letters", length("abc"), 400},
          {"Content-Length +5", length("+5", "hello"), 400},
          {"Content-Length -1", length("-1"), 400},
          {"Content-Length -0", length("-0"), 400},
          {"Content-Length 0x5", length("0x5", "hello"), 400},
          {"Content-Length 0o5", length("0o5", "hello"), 400},
          {"Content-Length 05", length("05", "hello"), 400},
          {"Content-Length 1_0", length("1_0", "helloworld"), 400},
          {"Content-Length 1 0", length("1 0", "helloworld"), 400},
          {"Content-Length empty", length(""), 400},
          {"Content-Length above 64 bits", length("99999999999999999999"), 400},
          {"Content-Length that wraps round", length("18446744073709551621", "hello"), 400},
          {"two different Content-Lengths", length("5\r\nContent-Length: 6", "hello!"), 400},
          {"two equal Content-Lengths", length("5\r\nContent-Length: 5", "hello"), 400},
          {"Content-Length list", length("5, 6", "hello!"), 400},
          {"Content-Length list of equal numbers", length("5, 5", "hello"), 400},
          {"Content-Length", length("5", "hello"), 200, 5},
          {"Content-Length 0", length("0"), 200, 0},
          {"Content-Length with a body of 20,000 bytes", length("20000", std::string(20000, 'b')),
           200, 20000},
      });
}

void codings(std::vector<H1Case>& cases) {
  cases.insert(
      cases.end(),
      {
          {"chunked not last", coding("Transfer-Encoding: chunked, gzip"), 400},
          {"gzip, then chunked", coding("Transfer-Encoding: gzip, chunked"), 400},
          {"chunked twice", coding("Transfer-Encoding: chunked, chunked"), 400},
          {"Transfer-Encoding in HTTP/1.0",
           "POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
          {"empty Transfer-Encoding", coding("Transfer-Encoding:"), 400},
          {"Transfer-Encoding with space before the colon", coding("Transfer-Encoding : chunked"),
           400},
          {"two Transfer-Encodings with Content-Length",
           coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 5"),
           400},
          {"vertical tab before chunked",
           coding("Transfer-Encoding: \x0b"
                  "chunked"),
           400},
          {"form feed behind chunked", coding("Transfer-Encoding: chunked\x0c"), 400},
          {"NUL behind chunked", coding("Transfer-Encoding: chunked\0"s), 400},
          {"unknown coding", coding("Transfer-Encoding: foo"), 400},
          {"xchunked", coding("Transfer-Encoding: xchunked"), 400},
          {"identity", coding("Transfer-Encoding: identity"), 400},
          {"quoted chunked", coding("Transfer-Encoding: \"chunked\""), 400},
          {"Content-Length and Transfer-Encoding",
           coding("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
          {"Transfer-Encoding and Content-Length",
           coding("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400},
          {"Chunked in capitals", coding("Transfer-Encoding: CHUNKED"), 200, 0},
          {"unknown Expect", field("Expect: 200-ok"), 417},
          {"Expect 100-continue without content", field("Expect: 100-continue"), 200},
          {"bad Sec-WebSocket-Version",
           field("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: "
                 "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8"),
           426},
      });
}

void chunked_bodies(std::vector<H1Case>& cases) {
  cases.insert(
      cases.end(),
      {
          {"chunk extension: bare semicolon", chunks("5;\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk extension: invalid token", chunks("5;a b\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk extension: no name", chunks("5;=b\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk extension: no value", chunks("5;a=\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk extension: NUL", chunks("5;a=\0\r\nhello\r\n0\r\n\r\n"s), 400},
          {"chunk extension: CR", chunks("5;a\rb\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk extension: LF", chunks("5;a\nb\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk extension: CR in a quoted string", chunks("5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n"),
           400},
          {"chunk size 1_0", chunks("1_0\r\nhellohellohelloh\r\n0\r\n\r\n"), 400},
          {"chunk size 0x5", chunks("0x5\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk size +5", chunks("+5\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk size -1", chunks("-1\r\nhello\r\n0\r\n\r\n"), 400},
          {"space before a chunk size", chunks(" 5\r\nhello\r\n0\r\n\r\n"), 400},
          {"space behind a chunk size", chunks("5 \r\nhello\r\n0\r\n\r\n"), 400},
          {"empty chunk size", chunks("\r\nhello\r\n0\r\n\r\n"), 400},
          {"missing CRLF behind chunk data", chunks("5\r\nhello0\r\n\r\n"), 400},
          {"chunk data longer than its size", chunks("5\r\nhello!\r\n0\r\n\r\n"), 400},
          {"chunk size above 64 bits", chunks("FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"), 400},
          {"chunk size that wraps round", chunks("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
          {"bare LF behind a chunk size", chunks("5\nhello\r\n0\r\n\r\n"), 400},
          {"bare CR behind a chunk size", chunks("5\rhello\r\n0\r\n\r\n"), 400},
          {"bare LF behind chunk data", chunks("5\r\nhello\n0\r\n\r\n"), 400},
          {"bare CR behind chunk data", chunks("5\r\nhello\r0\r\n\r\n"), 400},
          {"bare LF behind the last chunk", chunks("5\r\nhello\r\n0\n\n"), 400},
          {"bare LF ends the trailers", chunks("5\r\nhello\r\n0\r\nX-A: b\n\r\n"), 400},
          {"trailer without colon", chunks("5\r\nhello\r\n0\r\nX-A\r\n\r\n"), 400},
          {"trailer with space before the colon", chunks("0\r\nX-A : b\r\n\r\n"), 400},
          {"chunked", chunks("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), 200, 11},
          {"chunk size in capitals", chunks("A\r\nhelloworld\r\n0\r\n\r\n"), 200, 10},
          {"chunk size in lower case", chunks("a\r\nhelloworld\r\n0\r\n\r\n"), 200, 10},
          {"chunk size with leading zeros", chunks("0005\r\nhello\r\n000\r\n\r\n"), 200, 5},
          {"chunk extensions", chunks("5;a;b=c;d=\"e \\\" f\"\r\nhello\r\n0;z\r\n\r\n"), 200, 5},
          {"trailers", chunks("5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-B: 2\r\n\r\n"), 200, 5},
          {"trailers that may not be",
           chunks("5\r\nhello\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: "
                  "x\r\nHost: evil\r\nAuthorization: y\r\nX-Sum: 1\r\n\r\n"),
           200, 5},
      });
}

std::string many_fields(int count) {
  std::string lines;
  for (int i = 0; i < count; i++) lines += "X-" + std::to_string(i) + ": b\r\n";
  return lines;
}

}  // namespace

const std::vector<H1Case>& h1_cases() {
  static const std::vector<H1Case> all = [] {
    std::vector<H1Case> cases;
    lines_and_fields(cases);
    request_lines(cases);
    hosts(cases);
    lengths(cases);
    codings(cases);
    chunked_bodies(cases);
    const std::string start = "GET / HTTP/1.1\r\nHost: a.test\r\n";
    cases.push_back({"100 fields", start + many_fields(99) + "\r\n", 200});
    cases.push_back({"101 fields", start + many_fields(100) + "\r\n", 431});
    cases.push_back({"10,000 fields", start + many_fields(10'000) + "\r\n", 431});
    return cases;
  }();
  return all;
}

}  // namespace vaettir::http
