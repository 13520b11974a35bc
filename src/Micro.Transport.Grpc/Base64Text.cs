namespace Micro.Transport.Grpc;

/// <summary>Base64 of header values, which may come with or without padding.</summary>
internal static class Base64Text
{
    /// <exception cref="FormatException">The text is no base64.</exception>
    public static byte[] Decode(string text)
    {
        var missing = (4 - (text.Length % 4)) % 4;
        return Convert.FromBase64String(missing == 0 ? text : text + new string('=', missing));
    }
}
