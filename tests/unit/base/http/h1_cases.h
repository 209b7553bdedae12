// The acceptance list of the HTTP/1 parser: one case per rule, with the bytes of one whole request
// and the status its answer must have. Everything but 200 must also end the connection. Used by
// the parser's tests and, through sockets, by the server's.
#pragma once
#include <string>
#include <vector>

namespace vaettir::http {

struct H1Case {
  const char* name;
  std::string bytes;
  int status;
  std::size_t body = 0;  // content bytes the service must have seen, with status 200
};

const std::vector<H1Case>& h1_cases();

}  // namespace vaettir::http
