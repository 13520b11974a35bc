using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>
/// Creates the authentication context of a call: the names in the caller's certificate under the keys that gRPC uses, and the
/// name of the user that an interceptor has identified under the type of its claim. The user, who proved an identity of its
/// own, is the peer's identity when there is one.
/// </summary>
internal static class CallerIdentity
{
    private const string CommonName = "x509_common_name";
    private const string AlternativeName = "x509_subject_alternative_name";

    public static AuthContext Of(X509Certificate2? certificate, ClaimsPrincipal user)
    {
        var properties = new Dictionary<string, List<AuthProperty>>(StringComparer.Ordinal);
        var userKey = user.Identity is ClaimsIdentity { IsAuthenticated: true, Name.Length: > 0 } identity ? identity.NameClaimType : null;
        if (userKey is not null)
        {
            Add(userKey, [user.Identity!.Name!]);
        }

        if (certificate is null)
        {
            return new AuthContext(userKey, properties);
        }

        Add(AlternativeName, certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static address => address.ToString()))));
        Add(CommonName, [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)]);
        return new AuthContext(userKey ?? (properties.ContainsKey(AlternativeName) ? AlternativeName : CommonName), properties);

        void Add(string key, IEnumerable<string> values)
        {
            List<AuthProperty> found = [.. values.Where(static value => value.Length > 0).Select(value => AuthProperty.Create(key, System.Text.Encoding.UTF8.GetBytes(value)))];
            if (found.Count > 0)
            {
                properties[key] = found;
            }
        }
    }
}
