using System.Text;

namespace Micro.Transport.Grpc.Stubs;

/// <summary>
/// Exported Go names, as go-micro's generator creates them. A Go server registers its endpoints under them.
/// </summary>
internal static class GoName
{
    /// <summary>
    /// Capitalizes the first word and each word that follows a <c>_</c> with a lower case letter, and removes that <c>_</c>. A
    /// leading <c>_</c> becomes <c>X</c>; all else stays.
    /// </summary>
    public static string Of(string name)
    {
        var result = new StringBuilder(name.Length + 1);
        var beginsWord = true;
        for (var index = 0; index < name.Length; index++)
        {
            var character = name[index];
            if (index == 0 && character == '_')
            {
                result.Append('X');
            }
            else if (character == '_' && index + 1 < name.Length && char.IsAsciiLetterLower(name[index + 1]))
            {
                beginsWord = true;
            }
            else
            {
                result.Append(beginsWord ? char.ToUpperInvariant(character) : character);

                // Like Go, a digit or '_' that stays begins a new word.
                beginsWord = !char.IsAsciiLetter(character);
            }
        }

        return result.ToString();
    }
}
