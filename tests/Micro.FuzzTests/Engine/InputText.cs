using System.Text;
using System.Text.Unicode;

namespace Micro.FuzzTests.Engine;

/// <summary>Inputs as text, for decoders that read strings.</summary>
internal static class InputText
{
    /// <summary>Returns the input as UTF-8 or, when it is not, with one character for each byte.</summary>
    public static string Of(byte[] input) => (Utf8.IsValid(input) ? Encoding.UTF8 : Encoding.Latin1).GetString(input);
}
