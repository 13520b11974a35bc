using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Micro.Authentication;

/// <summary>Writes tokens by hand (RFC 7515, section 7.1), so that nothing under test signs what it verifies.</summary>
internal sealed class Tokens : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);

    /// <summary>The public key in go-micro's form.</summary>
    public string PublicKey => Convert.ToBase64String(Encoding.ASCII.GetBytes(PublicPem));

    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    public string PrivatePem => _key.ExportPkcs8PrivateKeyPem();

    public RSAParameters Parameters => _key.ExportParameters(includePrivateParameters: false);

    /// <summary>A token as go-micro's <c>auth/jwt</c> creates it: no key id, no audience, no issue time.</summary>
    public string Go(
        string id = "anna",
        string[]? scopes = null,
        TimeSpan? ends = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        string? issuer = "go.micro") =>
        Sign(new Dictionary<string, object?>
        {
            ["type"] = "user",
            ["scopes"] = scopes,
            ["metadata"] = metadata,
            ["exp"] = In(ends ?? TimeSpan.FromMinutes(10)),
            ["iss"] = issuer,
            ["sub"] = id,
        });

    public string Sign(IReadOnlyDictionary<string, object?> claims, string? keyId = null)
    {
        var header = new Dictionary<string, object?> { ["alg"] = "RS256", ["typ"] = "JWT" };
        if (keyId is not null)
        {
            header["kid"] = keyId;
        }

        var content = Content(header, claims);
        return $"{content}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public static string SignSymmetric(byte[] secret, IReadOnlyDictionary<string, object?> claims)
    {
        var content = Content(new Dictionary<string, object?> { ["alg"] = "HS256", ["typ"] = "JWT" }, claims);
        return $"{content}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(content)))}";
    }

    public static string Unsigned(IReadOnlyDictionary<string, object?> claims) =>
        Content(new Dictionary<string, object?> { ["alg"] = "none", ["typ"] = "JWT" }, claims) + ".";

    public static long In(TimeSpan time) => DateTimeOffset.UtcNow.Add(time).ToUnixTimeSeconds();

    public void Dispose() => _key.Dispose();

    private static string Content(IReadOnlyDictionary<string, object?> header, IReadOnlyDictionary<string, object?> claims) =>
        $"{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
}
