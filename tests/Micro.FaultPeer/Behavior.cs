using System.Globalization;

namespace Micro.FaultPeer;

/// <summary>Delays and failures of the handlers, changed by commands during a run.</summary>
internal sealed class Behavior
{
    private volatile string _failure = "none";
    private TimeSpan _delay;

    /// <summary>Sets what handlers fail with: none, unavailable, application or internal.</summary>
    public string Fail(string[] arguments)
    {
        _failure = arguments[0];
        return _failure;
    }

    /// <summary>Sets how many milliseconds handlers take.</summary>
    public string Delay(string[] arguments)
    {
        _delay = TimeSpan.FromMilliseconds(double.Parse(arguments[0], CultureInfo.InvariantCulture));
        return arguments[0];
    }

    public async ValueTask ActAsync(CancellationToken cancellationToken)
    {
        if (_delay > TimeSpan.Zero)
        {
            await Task.Delay(_delay, TimeProvider.System, cancellationToken);
        }

        switch (_failure)
        {
            case "unavailable":
                throw MicroException.Unavailable("faults", "told to be unavailable");
            case "application":
                throw MicroException.BadRequest("faults", "told to refuse");
            case "internal":
                throw new InvalidOperationException("told to fail");
            default:
                return;
        }
    }
}
