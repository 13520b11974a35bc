namespace Micro.Basics;

/// <summary>A list that its items themselves link, so that adding and removing allocate nothing. Guarded by its owner.</summary>
internal sealed class LinkedItems<T>
    where T : LinkedItem<T>
{
    public T? First { get; private set; }

    public void Add(T item)
    {
        item.Next = First;
        if (First is not null)
        {
            First.Previous = item;
        }

        First = item;
    }

    public void Remove(T item)
    {
        if (item.Previous is { } previous)
        {
            previous.Next = item.Next;
        }
        else
        {
            First = item.Next;
        }

        if (item.Next is { } next)
        {
            next.Previous = item.Previous;
        }

        item.Previous = null;
        item.Next = null;
    }
}
