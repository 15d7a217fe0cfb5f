"""What a browser may send about studying: shape only."""

from django import forms

from courses.searching import LONGEST_QUERY


class PlaceForm(forms.Form):
    block = forms.CharField(max_length=60, required=False)


class SearchForm(forms.Form):
    q = forms.CharField(max_length=LONGEST_QUERY, required=False, strip=False)
