using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Micro.Registry.Mdns.Dns;

/// <summary>
/// Text form of names: labels joined by dots, with a final dot. A dot or backslash inside a label stands behind a
/// backslash; control bytes and labels that are not UTF-8 are written as <c>\DDD</c>.
/// </summary>
internal static class DnsName
{
    /// <summary>Converts text with dots to labels.</summary>
    public static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal);

    public static string Unescape(string text) => text.Replace("\\\\", "\\", StringComparison.Ordinal);

    /// <summary>Appends a label as text.</summary>
    public static void AppendLabel(StringBuilder name, ReadOnlySpan<byte> label)
    {
        Span<char> characters = stackalloc char[DnsLimits.MaxLabelBytes];
        var isText = Utf8.ToUtf16(label, characters, out _, out var length, replaceInvalidSequences: false)
            == OperationStatus.Done;
        if (isText && characters[..length].IndexOfAny("\\.\u007f") < 0 && characters[..length].IndexOfAnyInRange('\0', '\u001f') < 0)
        {
            name.Append(characters[..length]);
        }
        else
        {
            AppendEscaped(name, label);
        }

        name.Append('.');
    }

    /// <summary>
    /// Cuts the next label from a name. The label's bytes are in <paramref name="label"/>; false when it is empty,
    /// too long or badly escaped.
    /// </summary>
    public static bool TryTakeLabel(ref ReadOnlySpan<char> name, scoped Span<byte> label, out int length)
    {
        length = 0;
        var plain = name.IndexOfAny('.', '\\');
        if (plain < 0 || (plain == 0 && name[0] == '.'))
        {
            return false;
        }

        if (name[plain] == '.')
        {
            var isValid = TryEncode(name[..plain], label, ref length);
            name = name[(plain + 1)..];
            return isValid;
        }

        return TryTakeEscaped(ref name, label, ref length);
    }

    private static bool TryTakeEscaped(ref ReadOnlySpan<char> name, scoped Span<byte> label, ref int length)
    {
        var at = 0;
        while (at < name.Length && name[at] != '.')
        {
            if (name[at] != '\\')
            {
                var end = name[at..].IndexOfAny('.', '\\');
                if (end < 0 || !TryEncode(name.Slice(at, end), label, ref length))
                {
                    return false;
                }

                at += end;
                continue;
            }

            if (at + 1 >= name.Length || length == label.Length)
            {
                return false;
            }

            if (char.IsAsciiDigit(name[at + 1]))
            {
                if (at + 4 > name.Length
                    || !byte.TryParse(name.Slice(at + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out label[length]))
                {
                    return false;
                }

                length++;
                at += 4;
            }
            else if (TryEncode(name.Slice(at + 1, 1), label, ref length))
            {
                at += 2;
            }
            else
            {
                return false;
            }
        }

        if (at >= name.Length)
        {
            return false;
        }

        name = name[(at + 1)..];
        return length > 0;
    }

    private static bool TryEncode(scoped ReadOnlySpan<char> text, scoped Span<byte> label, ref int length)
    {
        var status = Utf8.FromUtf16(text, label[length..], out _, out var written, replaceInvalidSequences: false);
        length += written;
        return status == OperationStatus.Done;
    }

    private static void AppendEscaped(StringBuilder name, ReadOnlySpan<byte> label)
    {
        foreach (var value in label)
        {
            if (value is (byte)'.' or (byte)'\\')
            {
                name.Append('\\').Append((char)value);
            }
            else if (value is > 0x20 and < 0x7f)
            {
                name.Append((char)value);
            }
            else
            {
                name.Append(CultureInfo.InvariantCulture, $"\\{value:D3}");
            }
        }
    }
}
