#include "base/http/fetch_transfer.h"

#include <sys/socket.h>

#include "base/core/text.h"
#include "base/http/headers.h"

namespace vaettir::http {
namespace {

long milliseconds(Duration duration) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

bool is_ours(Name name) { return name == Name::kContentLength || name == Name::kTransferEncoding; }

bool sends_body(const FetchRequest& request) {
  return request.send_body || !request.body.empty() || request.method == "POST" ||
         request.method == "PUT" || request.method == "PATCH";
}

Cause cause_of(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return Cause::kBadRequest;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Cause::kDnsFailure;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return Cause::kTlsCertificate;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return Cause::kTlsHandshake;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
      return Cause::kUpstreamReset;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_TOO_MANY_REDIRECTS:
      return Cause::kUpstreamBadResponse;
    default:
      return Cause::kInternal;
  }
}

}  // namespace

FetchTransfer::FetchTransfer(FetchDriver& driver, Loop& loop, FetchRequest request)
    : driver_(driver), request_(std::move(request)), ended_(loop), easy_(curl_easy_init()) {
  CHECK(easy_ != nullptr);
}

FetchTransfer::~FetchTransfer() {
  if (added_) curl_multi_remove_handle(driver_.handle(), easy_);
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

Result<> FetchTransfer::start() {
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, reason_);
  set(CURLOPT_WRITEFUNCTION, &FetchTransfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &FetchTransfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set_method();
  set_connection();
  TRY_OK(set_headers());
  if (setting_ != CURLE_OK) {
    return fail(cause_of(setting_), curl_easy_strerror(setting_));
  }
  added_ = curl_multi_add_handle(driver_.handle(), easy_) == CURLM_OK;
  if (!added_) return fail(Cause::kInternal, "the transfer cannot be started");
  return {};
}

void FetchTransfer::set_method() {
  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (sends_body(request_)) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request_.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method == "HEAD" ? nullptr : request_.method.c_str());
  set(CURLOPT_FOLLOWLOCATION, request_.follow_redirects ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, static_cast<long>(request_.max_redirects));
}

void FetchTransfer::set_connection() {
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  // A cancelled fetch must not wait for a name server that does not answer.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_PROXY, request_.proxy.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect_timeout));
  set(CURLOPT_TIMEOUT_MS, milliseconds(request_.timeout));
  set(CURLOPT_OPENSOCKETFUNCTION, &FetchTransfer::on_open);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_SSL_VERIFYPEER, request_.verify_tls ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, request_.verify_tls ? 2L : 0L);
  if (!request_.ca_file.empty()) set(CURLOPT_CAINFO, request_.ca_file.c_str());
}

Result<> FetchTransfer::set_headers() {
  // libcurl adds these two to a request with content by itself: a type nobody named, and a wait
  // that old servers answer with 417.
  bool has_type = false;
  bool has_expect = false;
  const char* encodings = "";
  const auto append = [this](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_, line.c_str());
    CHECK(longer != nullptr);
    headers_ = longer;
  };
  for (const auto& [name, value] : request_.headers) {
    if (!is_field_name(name) || !is_field_value(value)) {
      return fail(Cause::kBadRequest, "a header field that cannot be sent: " + to_hex(name));
    }
    const Name id = name_of(name);
    if (is_ours(id)) continue;
    if (id == Name::kAcceptEncoding && request_.decompress) {
      encodings = value.c_str();
      continue;
    }
    has_type |= id == Name::kContentType;
    has_expect |= id == Name::kExpect;
    append(trim(value).empty() ? name + ";" : name + ": " + value);
  }
  if (!has_type) append("Content-Type:");
  if (!has_expect) append("Expect:");
  if (!is_field_name(request_.method)) return fail(Cause::kBadRequest, "method is not a token");
  set(CURLOPT_HTTPHEADER, headers_);
  if (request_.decompress) set(CURLOPT_ACCEPT_ENCODING, encodings);
  return {};
}

void FetchTransfer::end(CURLcode code) {
  code_ = code;
  ended_.set();
}

Result<FetchResult> FetchTransfer::take() {
  if (code_ != CURLE_OK) return std::unexpected(error());
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  result_.status = static_cast<int>(status);
  char* url = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_EFFECTIVE_URL, &url);
  if (url != nullptr) result_.final_url = url;
  return std::move(result_);
}

Error FetchTransfer::error() const {
  Cause cause = cause_of(code_);
  if (too_large_) return Error(Cause::kBodyTooLarge, "the response is larger than allowed");
  if (blocked_ && code_ == CURLE_COULDNT_CONNECT) {
    return Error(Cause::kSsrfBlocked, "the host's address may not be connected to");
  }
  if (code_ == CURLE_COULDNT_CONNECT) cause = connect_cause();
  if (code_ == CURLE_OPERATION_TIMEDOUT) cause = timeout_cause();
  return Error(cause, reason_[0] != '\0' ? reason_ : curl_easy_strerror(code_));
}

Cause FetchTransfer::connect_cause() const {
  long system_error = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &system_error);
  switch (system_error) {
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
    case EACCES:
      return Cause::kConnectUnreachable;
    case ETIMEDOUT:
      return Cause::kConnectTimeout;
    default:
      return Cause::kConnectRefused;
  }
}

Cause FetchTransfer::timeout_cause() const {
  curl_off_t resolved = 0;
  curl_off_t ready = 0;
  curl_easy_getinfo(easy_, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
  curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &ready);
  if (ready != 0) return Cause::kUpstreamTimeout;
  return resolved == 0 ? Cause::kDnsFailure : Cause::kConnectTimeout;
}

// "HTTP/1.1 200 OK" begins another response: after an interim one, or a redirect that was followed.
void FetchTransfer::take_header(std::string_view line) {
  line = trim(line.substr(0, line.find_first_of("\r\n")));
  if (line.starts_with("HTTP/")) {
    result_.headers.clear();
    result_.body.clear();
    const std::size_t first = std::min(line.find(' '), line.size());
    result_.http_version = line.substr(5, first - 5);
    const std::size_t second = line.find(' ', std::min(first + 1, line.size()));
    result_.reason = second == line.npos ? "" : line.substr(second + 1);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return;
  result_.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
}

std::size_t FetchTransfer::on_body(char* bytes, std::size_t one, std::size_t count, void* self) {
  FetchTransfer& transfer = *static_cast<FetchTransfer*>(self);
  std::string& body = transfer.result_.body;
  const std::size_t size = one * count;
  if (size > transfer.request_.max_response_bytes - body.size()) {
    transfer.too_large_ = true;
    return size + 1;  // any other number than size ends the transfer
  }
  body.append(bytes, size);
  return size;
}

std::size_t FetchTransfer::on_header(char* bytes, std::size_t one, std::size_t count, void* self) {
  static_cast<FetchTransfer*>(self)->take_header({bytes, one * count});
  return one * count;
}

// Asked for the address that was resolved, right before it is connected to: a name that resolves
// to something else the second time is checked again.
curl_socket_t FetchTransfer::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  FetchTransfer& transfer = *static_cast<FetchTransfer*>(self);
  if (!transfer.driver_.may_connect(net::Address::from(&address->addr, address->addrlen))) {
    transfer.blocked_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace vaettir::http
