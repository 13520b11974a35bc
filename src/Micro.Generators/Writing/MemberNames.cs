using Micro.Generators.Model;

namespace Micro.Generators.Writing;

/// <summary>Names of the private members of a client that differ from all methods and parameters of the contract.</summary>
internal sealed class MemberNames
{
    public MemberNames(Contract contract)
    {
        var taken = new HashSet<string?>(contract.Methods.SelectMany(static method => new string?[] { method.Name, method.RequestName, method.TokenName }), StringComparer.Ordinal);
        Client = Free("_client", taken);
        Service = Free("_service", taken);
        Options = Free("_options", taken);
        Repeatable = Free("_repeatable", taken);
        AddTypes = Free("WithTypes", taken);
        AllowRepeat = Free("Repeatable", taken);
    }

    public string Client { get; }

    public string Service { get; }

    public string Options { get; }

    public string Repeatable { get; }

    public string AddTypes { get; }

    public string AllowRepeat { get; }

    /// <summary>Returns the name, with a number when it is taken.</summary>
    public static string Free(string name, ICollection<string?> taken)
    {
        var free = name;
        for (var number = 1; taken.Contains(free); number++)
        {
            free = name + number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return free;
    }
}
