using System.Globalization;
using System.Text;

namespace Micro.Registry.Consul.Records;

/// <summary>Writes times as Go does: <c>30s</c>, <c>1m5s</c>, <c>500ms</c>. Consul takes nothing else.</summary>
internal static class GoDuration
{
    public static string Format(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(1))
        {
            return time.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture) + "ms";
        }

        var text = new StringBuilder();
        var hours = (long)time.TotalHours;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || time.Minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{time.Minutes}m");
        }

        var seconds = (time.Ticks % TimeSpan.TicksPerMinute) / (decimal)TimeSpan.TicksPerSecond;
        return text.Append(seconds.ToString("0.#######", CultureInfo.InvariantCulture)).Append('s').ToString();
    }
}
